import { cpus } from 'node:os';

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What it was measured on, for the head of a table. */
export function machine(): string {
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`;
}

/** A row with its aim; says whether it is met. */
export function row(what: string, value: string, aim: string, isMet: boolean): string {
  return `| ${what} | ${value} | ${aim} | ${aim === '' ? '' : isMet ? 'yes' : '**no**'} |`;
}

/** Head of a table of {@link row}s. */
export const HEAD = '| what | measured | aim | met |\n|---|---|---|---|';

/** Prints a table, and ends the process with 1 when an aim was missed. */
export function publish(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
  if (lines.some((line) => line.includes('**no**'))) process.exitCode = 1;
}
