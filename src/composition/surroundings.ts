import type { EventSink } from '../ports/event-sink.ts';
import type { Prompter } from '../ports/prompter.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line decides for a use case. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Environment;
  readonly sink: EventSink;
  readonly prompter: Prompter;
  /** Who acts, when it is not git's user. */
  readonly actor: string | undefined;
  /** Where production is changed, or sharing was asked for: then records are shared as they are made, if there is a remote. */
  readonly sharesRecords?: 'real' | 'any';
  /** What was typed behind `relctl`. */
  readonly argv?: readonly string[];
}
