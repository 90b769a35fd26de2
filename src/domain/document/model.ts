import { codeParts } from '../../text/code-marks.ts';

/**
 * A document as data: what a person reads, free of any medium, so that nothing that somebody wrote can become a heading, a link or
 * a tag of it. Only a writer makes Markdown or HTML, and it escapes.
 */
export interface Document {
  readonly title: string;
  /** Said above everything else: that it is a rehearsal, that approvals are not signed. */
  readonly notices: readonly string[];
  readonly blocks: readonly DocumentBlock[];
}

/** Text, in which a part can be set apart. */
export type Prose = string | readonly Span[];

/** A part of a text. */
export type Span = string | { readonly strong: string } | { readonly code: string };

/** What somebody wrote, with what stands between backticks set apart as code: a command keeps its `<…>` and its quotes. */
export function withCode(written: string): Prose {
  const parts = codeParts(written);
  if (parts.length === 1) return written;
  return parts.flatMap((piece, at): readonly Span[] =>
    at % 2 === 1 ? [{ code: piece }] : piece === '' ? [] : [piece],
  );
}

/** A piece of a document. */
export type DocumentBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: Prose }
  /** Name and value pairs, one a line. */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: Prose])[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Prose[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly Prose[])[] }
  /** A command to be copied, on a line of its own. */
  | { readonly kind: 'command'; readonly command: string }
  /** Lines to be copied as they are. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

/** A part of a document under its own heading. */
export const part = (title: string, ...blocks: readonly DocumentBlock[]): readonly DocumentBlock[] => [
  { kind: 'heading', text: title },
  ...blocks,
];

/** A paragraph. */
export const text = (content: Prose): DocumentBlock => ({ kind: 'text', text: content });

/** A list with a bullet before each item; the given sentence where it would be empty. */
export const bullets = (items: readonly Prose[], otherwise: string): DocumentBlock =>
  items.length === 0 ? text(otherwise) : { kind: 'list', ordered: false, items };
