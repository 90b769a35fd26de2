import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import type { Work } from '../../ports/runner.ts';

/** What a runner is told of its work: one JSON text, so that nothing of it has to be quoted twice. */

const workSchema = z.strictObject({
  attempt: z.int().positive(),
  round: z.enum(['forward', 'promote', 'abort']),
  stopsAtVerdict: z.boolean(),
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  options: z.strictObject({
    reason: z.string().min(1).optional(),
    exception: z.string().min(1).optional(),
    takeOver: z.boolean().optional(),
    acceptLowTraffic: z.boolean().optional(),
    ran: z.array(z.string()).optional(),
    notRun: z.array(z.string()).optional(),
  }),
});

/** The part of a piece of work that its text holds; the release stands beside it. */
export type WorkText = z.infer<typeof workSchema>;

/** The text of a piece of work. */
export function writeWork({ attempt, round, stopsAtVerdict, commit, options }: Work): string {
  return JSON.stringify({ attempt, round, stopsAtVerdict, commit, options });
}

/** Reads the text back. Errors: `usage.missing-answer` where there is none that reads. */
export function readWork(text: string | undefined): WorkText {
  const read = workSchema.safeParse(parse(text ?? ''));
  if (read.success) return read.data;
  throw new RelctlError('usage.missing-answer', 'nothing says which work this is', {
    why: '--carry is what a runner gives to relctl; RELCTL_WORK holds the work that was handed over.',
    hints: ['relctl deploy <id> --runner kubernetes'],
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
