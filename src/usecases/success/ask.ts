import { formatMoment, timeOf } from '../../domain/schedule/calendar.ts';
import type { SuccessDay } from '../../domain/success/days.ts';
import { sourceOf, writtenNumber } from '../../domain/success/metric.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { daysOver, type GivenValues, observedDays } from './measure.ts';
import { readNumber } from './values.ts';

/** The values that people give for the latest day that is over: those of the flags, and at a terminal those that are asked for. */
export async function valuesOfPeople(
  context: Context,
  release: Release,
  given: ReadonlyMap<string, number>,
): Promise<GivenValues | undefined> {
  const day = daysOver(context, release).at(-1);
  if (day === undefined) {
    if (given.size > 0) throw tooEarly(release);
    return undefined;
  }
  const values = given.size > 0 || !context.prompter.interactive ? given : await askValues(context, release, day);
  return { day: day.day, values };
}

/** Asks for each metric that people enter and that has no value of that day yet, and whether the answers are right. */
async function askValues(
  { prompter }: Pick<Context, 'prompter'>,
  { journal }: Release,
  { day }: SuccessDay,
): Promise<ReadonlyMap<string, number>> {
  const values = new Map<string, number>();
  for (const metric of journal.plan.spec.successMetrics) {
    const known = observedDays(journal.state.successDays, metric.name).some((one) => one.day === day);
    if (sourceOf(metric).kind !== 'hand' || known) continue;
    const answer = await prompter.text({
      message: `What was ${metric.name} on ${day}? Leave empty to give it later`,
      flag: command`--value ${`${metric.name}=<number>`}`,
      default: '',
      validate: (text) => text.trim() === '' || writtenNumber(text) !== undefined || 'a number, such as 12.5',
    });
    if (answer.trim() !== '') values.set(metric.name, readNumber(answer, metric.name));
  }
  if (values.size === 0) return values;
  const sentence = [...values].map(([name, value]) => `${name} ${value}`).join(', ');
  const message = `Record for ${day}: ${sentence}?`;
  const isRight = await prompter.confirm({ message, flag: '--value <name=number>', default: true, approval: false });
  if (isRight) return values;
  throw new RelctlError('answer.declined', 'nothing was recorded', {
    why: 'The values were not confirmed.',
    hints: [command`relctl success ${journal.plan.id}`],
  });
}

/** A value is for a whole day after the deployment; before the first is over, it would be dropped. */
function tooEarly({ journal }: Release): RelctlError {
  const { plan, state } = journal;
  const { completedAt } = state.deployment ?? {};
  const since =
    completedAt === undefined
      ? 'the deployment is not complete'
      : `the deployment was complete on ${formatMoment(timeOf(completedAt), plan.spec.window.timeZone)}`;
  return new RelctlError('usage.bad-flag', `there is no day yet that a value could be for: ${since}`, {
    why: 'Metrics are judged by whole days after the day of the deployment; nothing was recorded.',
    hints: [command`relctl status ${plan.id}`, 'give it once the first whole day is over'],
  });
}
