import type { Outcome } from '../domain/outcome/outcome.ts';
import type { Progress } from '../domain/outcome/progress.ts';
import type { RelctlError } from '../errors.ts';
import { cleanJson } from '../text/clean.ts';
import { type EnvelopeContext, errorEnvelope, outcomeEnvelope } from './json.ts';

/**
 * The stream of `--events ndjson`: one JSON object a line, `type` tells which. All but the last are {@link Progress}; the
 * last is `outcome` or `error`, with the fields of the `--json` envelopes.
 */
export function progressLine(progress: Progress): string {
  return line(progress);
}

/** The last line of a stream that ends with an answer. */
export function outcomeLine(outcome: Outcome, context: EnvelopeContext): string {
  return line({ type: 'outcome', ...outcomeEnvelope(outcome, context) });
}

/** The last line of a stream that ends with an error. */
export function errorLine(error: RelctlError, command: string): string {
  return line({ type: 'error', ...errorEnvelope(error, command) });
}

function line(value: object): string {
  return `${cleanJson(JSON.stringify(value))}\n`;
}
