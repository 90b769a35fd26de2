import { FEWEST_VALUES } from '../../domain/success/interval.ts';
import { judgeMetric } from '../../domain/success/judge.ts';
import { type JudgedMetric, type ObservedDay, sourceOf } from '../../domain/success/metric.ts';
import { command } from '../../text/command-line.ts';
import { readAnswer } from '../release/answers.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { observedDays } from '../success/measure.ts';
import { readNumber } from '../success/values.ts';

/**
 * The verdicts on the first week, as it is recorded and as it was just measured; nothing of it is recorded here.
 * @param given values of the whole week, by the name of the metric; what is missing is asked for
 */
export async function judgeWeek(
  context: Pick<Context, 'prompter'>,
  release: Release,
  given: ReadonlyMap<string, number>,
  fresh: readonly ObservedDay[],
): Promise<readonly JudgedMetric[]> {
  return judgeAll(release, await giveMissing(context, release, given, fresh), fresh);
}

/** The same with nobody asked. */
export function judgeAll(
  release: Release,
  given: ReadonlyMap<string, number>,
  fresh: readonly ObservedDay[],
): readonly JudgedMetric[] {
  return release.journal.plan.spec.successMetrics.map((metric) => {
    const value = given.get(metric.name);
    return judgeMetric(metric, {
      days: daysOf(release, metric.name, fresh),
      ...(value === undefined ? {} : { given: value }),
    });
  });
}

/**
 * Values of the whole week that people give beside those of flags. A metric that is given by hand and was never observed needs
 * one; one with too few daily values to be judged is asked for where a person can answer, who may leave it at that.
 */
async function giveMissing(
  { prompter }: Pick<Context, 'prompter'>,
  release: Release,
  given: ReadonlyMap<string, number>,
  fresh: readonly ObservedDay[],
): Promise<ReadonlyMap<string, number>> {
  const values = new Map(given);
  for (const metric of release.journal.plan.spec.successMetrics) {
    if (values.has(metric.name)) continue;
    const days = daysOf(release, metric.name, fresh);
    const measured = days.filter((day) => day.value !== null).length;
    const isNeeded = sourceOf(metric).kind === 'hand' && days.length === 0;
    if (!isNeeded && (measured >= FEWEST_VALUES || !prompter.interactive)) continue;
    const few = `; there are ${measured} of ${FEWEST_VALUES} daily values; leave empty to keep it inconclusive`;
    const value = await readAnswer(
      prompter,
      {
        message: `What is ${metric.name} after the first week? (target ${metric.target}${isNeeded ? '' : few})`,
        flag: command`--value ${`${metric.name}=<number>`}`,
        ...(isNeeded ? {} : { default: '' }),
      },
      (text) => (!isNeeded && text.trim() === '' ? undefined : readNumber(text, metric.name)),
    );
    if (value !== undefined) values.set(metric.name, value);
  }
  return values;
}

function daysOf({ journal }: Release, metric: string, fresh: readonly ObservedDay[]): readonly ObservedDay[] {
  return observedDays([...journal.state.successDays, { data: { days: [...fresh] } }], metric);
}
