import type { ErrorKind } from '../../errors.ts';
import type { Document } from '../document/model.ts';

/**
 * What a command answers. `data` is the documented object of `--json`; `blocks` are the same for people, free of any
 * medium: renderers turn them into terminal text, plain text or Markdown.
 */
export interface Outcome {
  /** How it ended; `done` exits 0, the others as errors of that kind do. */
  readonly result: 'done' | Exclude<ErrorKind, 'bug'>;
  /** One sentence: what is now the case. */
  readonly headline: string;
  readonly blocks: readonly Block[];
  readonly data: Readonly<Record<string, unknown>>;
  /** True when it was made in the sandbox; renderers say so. */
  readonly simulated?: boolean;
}

/** A piece of an answer. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  /** Name and value pairs, one a line. */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'checks'; readonly checks: readonly Check[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** Printed as it is, for pipes: a schema, a diff, a completion script. A terminal shows the document that a text was made of instead. */
  | { readonly kind: 'verbatim'; readonly text: string; readonly document?: Document }
  /** What to do next: who, and the exact command. */
  | { readonly kind: 'next'; readonly actions: readonly NextAction[] };

/** One line of a checklist. */
export interface Check {
  readonly state: 'ok' | 'failed' | 'warning' | 'pending' | 'skipped';
  readonly text: string;
  readonly detail?: string;
}

/** A next step that somebody can take. */
export interface NextAction {
  /** Who can: people's addresses or a role. */
  readonly who: string;
  readonly command: string;
  /** What it does or unblocks, or when it becomes possible. */
  readonly why?: string;
}
