import { type SuccessMetric, writtenNumber } from '../../domain/success/metric.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';

/** Reads values that people give, as `name=value`. Errors: `usage.bad-flag`. */
export function readValues(
  id: string,
  metrics: readonly SuccessMetric[],
  given: readonly string[],
): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const text of given) {
    const cut = text.lastIndexOf('=');
    const name = (cut === -1 ? text : text.slice(0, cut)).trim();
    if (cut === -1 && metrics.some((metric) => metric.name === name)) {
      throw new RelctlError('usage.bad-flag', command`--value ${text} has no number`, {
        why: 'A value is written behind the name of its metric and a “=”.',
        hints: [command`--value ${`${name}=<number>`}`],
      });
    }
    if (!metrics.some((metric) => metric.name === name)) {
      throw new RelctlError('usage.bad-flag', command`--value ${text} names no success metric of ${id}`, {
        why: 'Only metrics that were agreed before the release are judged after it.',
        hints: metrics.map((metric) => command`--value ${`${metric.name}=<number>`}`),
      });
    }
    if (values.has(name)) {
      throw new RelctlError('usage.bad-flag', `${name} is given twice`, {
        why: 'A day has one value of a metric; neither was recorded.',
        hints: [command`--value ${text}`],
      });
    }
    values.set(name, readNumber(text.slice(cut + 1), name));
  }
  return values;
}

/** Reads a number that a person gave for a metric. Errors: `usage.bad-flag`. */
export function readNumber(text: string, name: string): number {
  const value = writtenNumber(text);
  if (value !== undefined) return value;
  throw new RelctlError('usage.bad-flag', `"${text}" is not a number for ${name}`, {
    why: 'The metric is compared with its target.',
    hints: [command`--value ${`${name}=12.5`}`],
  });
}
