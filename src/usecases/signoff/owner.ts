import { closingCommand } from '../../domain/gates/planning.ts';
import type { Condition } from '../../domain/history/state.ts';
import { asSomebody, samePerson } from '../../domain/people/people.ts';
import { RelctlError } from '../../errors.ts';
import type { Context } from '../release/context.ts';

/** Refuses to close a condition for anybody but its owner. Errors: `gate.refused`. */
export function requireOwner(
  { actor, environments }: Pick<Context, 'actor' | 'environments'>,
  release: string,
  condition: Condition,
): void {
  if (samePerson(condition.owner, actor)) return;
  const { text, owner } = condition;
  const closing = closingCommand(release, condition);
  throw new RelctlError('gate.refused', `the condition "${text}" can be closed only by ${owner}`, {
    why: 'The CAB gave it an owner, who is responsible for it.',
    hints: [environments.simulated ? asSomebody(closing, [owner], actor) : closing, `by ${owner}`],
    data: { condition },
  });
}
