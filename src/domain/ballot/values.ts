import { cleanLine } from '../../text/clean.ts';
import { type SuccessMetric, writtenNumber } from '../success/metric.ts';
import type { Field } from './form.ts';

/** Values of success metrics on a request: a line `Value: metric; number` for each. */

const NOT_GIVEN = '(number)';

/** The lines of values, with those offered that people have to give. */
export function valueField(offered: readonly SuccessMetric[]): Field {
  return { name: 'Value', often: 'any', offered: offered.map(({ name }) => `${cleanLine(name)}; ${NOT_GIVEN}`) };
}

/** Reads the lines; a sentence where one is of no metric of the plan, of one that has a value already, or holds no number. */
export function readValueLines(
  lines: readonly string[],
  metrics: readonly SuccessMetric[],
): ReadonlyMap<string, number> | string {
  const values = new Map<string, number>();
  for (const line of lines) {
    // A name may hold a semicolon, and a number none.
    const cut = line.lastIndexOf(';');
    const [written, given] = [line.slice(0, Math.max(cut, 0)).trim(), line.slice(cut + 1).trim()];
    const [metric, ...others] = metrics.filter(({ name }) => same(name, written));
    if (metric === undefined || others.length > 0) return `the value "${line}" is of no success metric of the plan`;
    if (values.has(metric.name)) return `there are two values of ${metric.name}`;
    const value = writtenNumber(given);
    if (value === undefined) return `the value of ${metric.name} is no number: "${given}"`;
    values.set(metric.name, value);
  }
  return values;
}

function same(name: string, written: string): boolean {
  const plain = (text: string) => cleanLine(text).replaceAll(/\s+/g, ' ').toLowerCase();
  return plain(name) === plain(written);
}
