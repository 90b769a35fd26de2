import type { Ground } from '../composition/ground.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { Prompter } from '../ports/prompter.ts';
import type { CompletedCommand } from '../renderers/completion.ts';
import type { Context, ReadingContext } from '../usecases/release/context.ts';

/** One invocation of a command: what was typed, and what it may open. */
export interface Invocation {
  /** Positional arguments, in order. */
  readonly args: readonly string[];
  readonly flags: Flags;
  /** True when questions can be asked. */
  readonly interactive: boolean;
  readonly columns: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Every command that there is, for completion scripts. */
  readonly commands: readonly CompletedCommand[];
  /** Asks the person at the terminal, for commands that need no context. */
  readonly prompter: Prompter;
  /**
   * The repository with its configuration and the world that it names. With `sharesRecords`, as where production is changed, what is
   * recorded is shared as it is made wherever there is a remote: `real`, unless the company is a simulated one.
   */
  context(options?: { readonly sharesRecords: 'real' | 'any' }): Promise<Context>;
  /** The same for a command that looks at all of it and does nothing: nobody has to be known. */
  observing(): Promise<Context>;
  /** The same for a command that only reads: quicker, and closed to clusters, metrics and people. */
  reading(): Promise<ReadingContext>;
  /** The repository alone. */
  ground(): Promise<Ground>;
  /** What a runner has started this process for, in a pod of its own; each entry makes a new clone. */
  pod(): Promise<Pod>;
  /** Takes progress, for what runs outside a context. */
  readonly sink: EventSink;
}

/** The pod of a runner. */
export interface Pod {
  readonly clock: Clock;
  /** What was handed over, as a text; a schedule hands nothing over. */
  readonly work: string | undefined;
  /**
   * Clones the repository and opens it as any other. Errors: `tool.*`, and those of a context.
   * @param commit that is checked out; the default branch when left out
   */
  enter(commit: string | undefined): Promise<Context>;
}

/** Flags by their camel-case name, as commander gives them. */
export type Flags = Readonly<Record<string, unknown>>;

/** A command: parses its flags, calls one use case. */
export type CommandAction = (invocation: Invocation) => Promise<Outcome>;

/** A positional argument that commander has checked to be there. */
export function argument(invocation: Invocation, index: number): string {
  return invocation.args[index] ?? '';
}

/** A flag with a value, as an object with that key or without: so that it can be spread into options. */
export function given<K extends string>(flags: Flags, name: K): { readonly [P in K]?: string } {
  const value = flags[name];
  return (typeof value === 'string' ? { [name]: value } : {}) as { [P in K]?: string };
}

/** A flag that may be given several times. */
export function listed(flags: Flags, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** True when a flag without a value was given. */
export function isSet(flags: Flags, name: string): boolean {
  return flags[name] === true;
}

/** A yes-or-no flag with its negation, as an object with that key or without. */
export function answered<K extends string>(flags: Flags, name: K): { readonly [P in K]?: boolean } {
  const value = flags[name];
  return (typeof value === 'boolean' ? { [name]: value } : {}) as { [P in K]?: boolean };
}
