import type { Condition } from '../../domain/history/state.ts';
import { samePerson } from '../../domain/people/people.ts';
import { conditionId } from '../../domain/process/condition-id.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

/** Refuses to close a condition for anybody but its owner. Errors: `gate.refused`. */
export function requireOwner({ actor }: Pick<Context, 'actor'>, release: string, condition: Condition): void {
  if (samePerson(condition.owner, actor)) return;
  const { text, owner } = condition;
  throw new RelctlError('gate.refused', `the condition "${text}" can be closed only by ${owner}`, {
    why: 'The CAB gave it an owner, who is responsible for it.',
    hints: [
      command`relctl signoff condition ${release} --condition ${conditionId(condition)} --evidence "<what shows it>"`,
      `by ${owner}`,
    ],
    data: { condition },
  });
}
