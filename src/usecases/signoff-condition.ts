import type { Condition } from '../domain/history/state.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { conditionId } from '../domain/process/condition-id.ts';
import { nextActions } from '../domain/process/process.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { choiceAnswer, textAnswer } from './release/answers.ts';
import type { Context } from './release/context.ts';
import { openRelease } from './release/open.ts';
import { requireOwner } from './signoff/owner.ts';

/** What the flags may answer. */
export interface ConditionAnswers {
  readonly condition?: string;
  readonly evidence?: string;
}

/** Closes a condition that the CAB attached to its Go. Only its owner can. */
export async function closeCondition(context: Context, id: string, answers: ConditionAnswers): Promise<Outcome> {
  const release = await openRelease(context, id);
  const { journal } = release;
  const open = journal.state.conditions.filter((condition) => !condition.closed);
  if (open.length === 0) {
    throw new RelctlError('usage.bad-flag', `${id} has no open condition`, {
      why: 'Conditions come with a Go of the CAB.',
      hints: [command`relctl status ${id}`],
    });
  }
  const which = await choiceAnswer(context.prompter, byText(open, answers.condition), {
    message: 'Which condition is met?',
    flag: '--condition',
    choices: open.map((condition) => ({
      value: conditionId(condition),
      label: `${condition.text} (${condition.owner}, due ${condition.due})`,
    })),
  });
  const condition = open.find((one) => conditionId(one) === which) as Condition;
  requireOwner(context, id, condition);
  const evidence = await textAnswer(context.prompter, answers.evidence, {
    message: 'What shows that it is met? (a link, a ticket or a file)',
    flag: '--evidence',
  });
  await journal.record('condition.closed', { condition: condition.text, id: which, evidence });
  return {
    result: 'done',
    headline: `condition met: ${condition.text}`,
    blocks: [{ kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: id, phase: journal.state.phase, conditions: journal.state.conditions },
    simulated: context.environments.simulated,
  };
}

/** The id of the open condition that has a text; what none has is left as it was given. Errors: `usage.bad-flag` where several have it. */
function byText(open: readonly Condition[], given: string | undefined): string | undefined {
  const [first, ...others] = open.filter((one) => one.text === given);
  if (first === undefined) return given;
  if (others.length === 0) return conditionId(first);
  throw new RelctlError('usage.bad-flag', `${others.length + 1} open conditions say "${first.text}"`, {
    why: 'Each came with a vote of its own, and is closed with evidence of its own.',
    hints: [first, ...others].map(
      (one) => `${command`--condition ${conditionId(one)}`}   ${one.text} (${one.owner}, due ${one.due})`,
    ),
  });
}
