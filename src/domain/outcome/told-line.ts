import * as z from 'zod';
import { ERRORS, type ErrorCode, type Found, RelctlError } from '../../errors.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';

/** Reads back what `--events ndjson` prints, where another relctl has printed it: one that runs in a pod or a workflow. */

const count = z.looseObject({ bad: z.number(), total: z.number() }).optional();

const progressSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('step'),
    step: z.string(),
    title: z.string(),
    state: z.enum(['started', 'completed', 'already-done', 'failed']),
    detail: z.string().optional(),
  }),
  z.looseObject({ type: z.literal('waiting'), subject: z.string(), detail: z.string() }),
  z.looseObject({ type: z.literal('recorded'), seq: z.number(), event: z.string() }),
  z.looseObject({
    type: z.literal('notified'),
    topic: z.string(),
    channel: z.string(),
    ok: z.boolean(),
    text: z.string(),
  }),
  z.looseObject({
    type: z.literal('canary.look'),
    elapsedSeconds: z.number(),
    bakeSeconds: z.number(),
    length: z
      .looseObject({
        bakeSeconds: z.number(),
        warmupSeconds: z.number().optional(),
        heldSeconds: z.number().optional(),
        extensionSeconds: z.number().optional(),
      })
      .optional(),
    share: z.number().optional(),
    slos: z.array(
      z.looseObject({
        name: z.string(),
        canary: count,
        control: count,
        evidence: z.number().optional(),
        limit: z.number(),
        state: z.string(),
        noData: z.string().optional(),
      }),
    ),
    verdict: z.string(),
    reason: z.string(),
  }),
  z.looseObject({ type: z.literal('note'), level: z.enum(['info', 'warning']), text: z.string() }),
]);

const outcomeSchema = z.looseObject({
  type: z.literal('outcome'),
  result: z.enum(['done', 'failed', 'usage', 'declined', 'gate', 'pending']),
  simulated: z.boolean(),
  headline: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const errorSchema = z.looseObject({
  type: z.literal('error'),
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    found: z
      .array(
        z.looseObject({
          state: z.enum(['failed', 'pending', 'warning']),
          text: z.string(),
          detail: z.string().optional(),
        }),
      )
      .optional(),
    why: z.string().nullable(),
    hints: z.array(z.string()),
    data: z.record(z.string(), z.unknown()),
  }),
});

/** What a line says. */
export type ToldLine =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'outcome'; readonly outcome: Omit<Outcome, 'blocks'> }
  | { readonly kind: 'error'; readonly error: RelctlError }
  /** Not relctl's: what a program that it runs, or Node, wrote. */
  | { readonly kind: 'text'; readonly text: string };

/** Reads one line; a type that this relctl does not know is text, since the other may be newer. */
export function readToldLine(line: string): ToldLine {
  const value = parse(line);
  const progress = progressSchema.safeParse(value);
  if (progress.success) return { kind: 'progress', progress: progress.data as Progress };
  const outcome = outcomeSchema.safeParse(value);
  if (outcome.success) {
    const { result, headline, data, simulated } = outcome.data;
    return { kind: 'outcome', outcome: { result, headline, data, simulated } };
  }
  const error = errorSchema.safeParse(value);
  if (!error.success) return { kind: 'text', text: line };
  const { code, message, found, why, hints, data } = error.data.error;
  const known: ErrorCode = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'runner.failed';
  return {
    kind: 'error',
    error: new RelctlError(known, message, {
      ...(found === undefined ? {} : { found: found as readonly Found[] }),
      ...(why === null ? {} : { why }),
      hints,
      data,
    }),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
