import type { Outcome } from '../domain/outcome/outcome.ts';
import type { RelctlError } from '../errors.ts';
import { cleanJson } from '../text/clean.ts';
import { hintLines } from '../text/hint.ts';

/** What `--json` adds to an answer: which command gave it, and the exit code that goes with it. */
export interface EnvelopeContext {
  readonly command: string;
  readonly exitCode: number;
}

/** The one object that `--json` prints when a command has an answer. Fields are only ever added. */
export interface OutcomeEnvelope {
  readonly apiVersion: 'relctl/v1';
  readonly command: string;
  readonly result: Outcome['result'];
  readonly exitCode: number;
  readonly simulated: boolean;
  readonly headline: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The one object that `--json` prints when a command ends with an error. Fields are only ever added. */
export interface ErrorEnvelope {
  readonly apiVersion: 'relctl/v1';
  readonly command: string;
  readonly result: RelctlError['kind'];
  readonly exitCode: number;
  readonly error: {
    readonly code: string;
    readonly kind: string;
    readonly message: string;
    readonly place: RelctlError['place'] | null;
    readonly found: RelctlError['found'];
    readonly why: string | null;
    readonly hints: readonly string[];
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** The envelope of an answer. */
export function outcomeEnvelope(outcome: Outcome, context: EnvelopeContext): OutcomeEnvelope {
  return {
    apiVersion: 'relctl/v1',
    command: context.command,
    result: outcome.result,
    exitCode: context.exitCode,
    simulated: outcome.simulated ?? false,
    headline: outcome.headline,
    data: outcome.data,
  };
}

/** The envelope of an error. */
export function errorEnvelope(error: RelctlError, command: string): ErrorEnvelope {
  return {
    apiVersion: 'relctl/v1',
    command,
    result: error.kind,
    exitCode: error.exitCode,
    error: {
      code: error.code,
      kind: error.kind,
      message: error.message,
      place: error.place ?? null,
      found: error.found,
      why: error.why ?? null,
      hints: error.hints.flatMap(hintLines),
      data: error.data ?? {},
    },
  };
}

/** An answer as indented JSON with a line end. */
export function renderJson(outcome: Outcome, context: EnvelopeContext): string {
  return `${cleanJson(JSON.stringify(outcomeEnvelope(outcome, context), null, 2))}\n`;
}

/** An error as indented JSON with a line end. */
export function renderJsonError(error: RelctlError, command: string): string {
  return `${cleanJson(JSON.stringify(errorEnvelope(error, command), null, 2))}\n`;
}
