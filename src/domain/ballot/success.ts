import { type SuccessMetric, sourceOf } from '../success/metric.ts';
import { type Form, formNumber, type Question } from './form.ts';
import { readValueLines, valueField } from './values.ts';

/** What the Product Manager saw of a day after the deployment, on a request. */

/** What is deployed, and by which attempt. */
export interface DeployedSubject {
  readonly release: string;
  readonly specDigest: string;
  readonly textDigest: string;
  /** Attempt of the deployment. */
  readonly attempt: number;
}

/** Values of one day that were read. */
export interface DayValues {
  readonly act: 'success';
  /** `YYYY-MM-DD`, in the zone of the window. */
  readonly day: string;
  /** By the name of the metric. */
  readonly values: ReadonlyMap<string, number>;
}

/** The number of a day's form, over the plan, the deployment and the day. */
export function successNumber({ release, attempt, specDigest, textDigest }: DeployedSubject, day: string): string {
  return formNumber(['success', release, String(attempt), specDigest, textDigest, day]);
}

/** What people are asked of a day: each metric that only they can tell. A measured one may be corrected. */
export function successQuestion(
  subject: DeployedSubject,
  day: string,
  metrics: readonly SuccessMetric[],
): Question<DayValues> {
  const form: Form = {
    act: 'success',
    number: successNumber(subject, day),
    boxes: new Map(),
    fields: [valueField(metrics.filter((metric) => sourceOf(metric).kind === 'hand'))],
  };
  return {
    form,
    about: day,
    read(filled) {
      const values = readValueLines(filled.all('Value'), metrics);
      if (typeof values === 'string') return values;
      return values.size === 0 ? 'it gives no value' : { act: 'success', day, values };
    },
  };
}
