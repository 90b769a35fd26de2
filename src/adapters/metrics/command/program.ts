import * as z from 'zod';
import { RelctlError } from '../../../errors.ts';
import { readMatchers, readSelector } from '../../../plan/promql/selector.ts';
import type { NoData, Reading, Span } from '../../../ports/metrics.ts';
import { endedUnheard } from '../../ended-with.ts';
import type { exec } from '../../exec.ts';
import { lastWords, secretsIn } from '../../hooks/redact.ts';
import { parseJson } from '../../http/json.ts';

/** A metrics store behind a program of the company: one JSON document in, one out. docs/metrics-command.md has the contract. */

/** What the program is run with. */
export interface ProgramGround {
  readonly command: readonly string[];
  readonly exec: typeof exec;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for one answer. */
  readonly timeout: number;
}

/** Events of one series, in stretches of one length. */
export interface CountedSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Oldest first, each ending at `at` (milliseconds since the epoch). */
  readonly counts: readonly { readonly at: number; readonly count: number }[];
}

/** What it counted in a span. */
export interface Counted {
  /** Milliseconds of one stretch. */
  readonly interval: number;
  readonly series: readonly CountedSeries[];
}

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const noDataSchema = z.object({ noData: z.string().min(1) });
const warningsSchema = z.object({ warnings: z.array(z.string()).min(1) });
const countedSchema = z.object({
  interval: z.number().positive().describe('Seconds of a stretch'),
  series: z.array(
    z.object({
      labels: z.record(z.string(), z.string()).default({}),
      counts: z.array(z.tuple([time, z.number().min(0)])),
    }),
  ),
});
const valueSchema = z.object({ value: z.number(), at: time });

/** Asks for the events of a selector in a span, those of each stretch that ends in it. */
export async function askCounts(
  ground: ProgramGround,
  selector: string,
  matchers: readonly string[],
  span: Span,
): Promise<Reading<Counted>> {
  const read = readSelector(selector);
  if (typeof read === 'string') return fail(`not a counter selector: ${read}`);
  const added = matchers.map(readMatchers);
  const wrong = added.find((one) => typeof one === 'string');
  if (wrong !== undefined) return fail(String(wrong));
  const all = [...read.matchers, ...added.flatMap((one) => (typeof one === 'string' ? [] : one))];
  const question = { metric: read.metric, matchers: all, from: iso(span.from), to: iso(span.to) };
  const answer = await ask(ground, 'counts', question, countedSchema);
  if (!answer.ok) return answer;
  const { interval, series } = answer.value;
  const counted = series.map(({ labels, counts }) => ({ labels, counts: inOrder(counts, span) }));
  const twice = counted.find(({ counts }) => counts.some((one, index) => one.at === counts[index + 1]?.at));
  return twice === undefined
    ? { ok: true, value: { interval: interval * 1000, series: counted.filter(({ counts }) => counts.length > 0) } }
    : fail(`it counted one stretch of ${JSON.stringify(twice.labels)} twice`);
}

/** Asks for one number at a moment. */
export function askValue(
  ground: ProgramGround,
  query: string,
  at: number,
): Promise<Reading<{ readonly value: number; readonly at: number }>> {
  return ask(ground, 'value', { query, at: iso(at) }, valueSchema);
}

function inOrder(counts: readonly (readonly [number, number])[], { from, to }: Span): CountedSeries['counts'] {
  return counts
    .filter(([at]) => at > from && at <= to)
    .map(([at, count]) => ({ at, count }))
    .sort((a, b) => a.at - b.at);
}

async function ask<T>(
  { command, exec, cwd, env, timeout }: ProgramGround,
  what: string,
  question: object,
  schema: z.ZodType<T>,
): Promise<Reading<T>> {
  const [program = '', ...args] = command;
  const input = `${JSON.stringify({ apiVersion: 'relctl/v1', kind: 'MetricsRequest', do: what, ...question })}\n`;
  try {
    const { exitCode, stdout } = await exec(program, args, { cwd, timeout, input });
    // What it prints beside its answer is not repeated: what is seen of production is recorded.
    if (exitCode !== 0) return fail(`${program} ${endedUnheard(exitCode)}`);
    const answer = parseJson(stdout);
    const secrets = secretsIn(env);
    const nothing = noDataSchema.safeParse(answer);
    if (nothing.success) return fail(`${program}: ${lastWords(nothing.data.noData, secrets)}`, 'empty');
    const warned = warningsSchema.safeParse(answer);
    if (warned.success) return fail(`${program}: ${lastWords(warned.data.warnings.join('; '), secrets)}`, 'warnings');
    const read = schema.safeParse(answer);
    if (read.success) return { ok: true, value: read.data };
    const [issue] = read.error.issues;
    return fail(`the answer of ${program} does not read: ${issue?.path.join('.')}: ${issue?.message}`);
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return fail(error.message, error.code === 'tool.timeout' ? 'timeout' : 'unreachable');
  }
}

function fail(detail: string, reason: NoData['reason'] = 'error'): { readonly ok: false; readonly noData: NoData } {
  return { ok: false, noData: { reason, detail } };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
