import type { Prose } from '../document/model.ts';

/**
 * The CAB packet as data: what a board member needs to decide within five minutes, free of any medium. Renderers make Markdown
 * and a web page of it; both are kept with the release, so that it stays known what the board read.
 */
export interface Packet {
  readonly release: string;
  readonly feature: string;
  /** Number of the submission; the first is 1. */
  readonly round: number;
  /** When it was made, in the zone of the window. */
  readonly at: string;
  /** Said above everything else: that it is a rehearsal, that approvals are not signed. */
  readonly notices: readonly string[];
  /** The figures that are read first. */
  readonly glance: readonly Glance[];
  /** What speaks for a closer look, the weightiest first. */
  readonly attention: readonly Attention[];
  readonly decision: Decision;
  readonly sections: readonly PacketSection[];
}

/** One of the figures at the top. */
export interface Glance {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly tone?: Tone;
}

/** How something is to be taken; said by a word and a colour, never by the colour alone. */
export type Tone = 'good' | 'caution' | 'danger';

/** A reason to look twice. */
export interface Attention {
  readonly tone: Exclude<Tone, 'good'>;
  readonly text: string;
}

/** How to answer. */
export interface Decision {
  /** The exact commands, each with what it says. */
  readonly commands: readonly { readonly says: string; readonly command: string }[];
  readonly board: readonly string[];
  readonly quorum: number;
  readonly rule: string;
  /** What an answer is bound to. */
  readonly digest: string;
}

/** A part of the packet, with a name that links can point to. */
export interface PacketSection {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly PacketBlock[];
}

/** A piece of a section. */
export type PacketBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Prose[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** Text as a block. */
export const text = (content: string): PacketBlock => ({ kind: 'text', text: content });
/** A list as a block; nothing where there is nothing to list. */
export const items = (list: readonly Prose[], ordered = false): readonly PacketBlock[] =>
  list.length === 0 ? [] : [{ kind: 'list', ordered, items: list }];
/** A table as a block; the given sentence where it would be empty. */
export const table = (
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  otherwise: string,
): readonly PacketBlock[] => (rows.length === 0 ? [text(otherwise)] : [{ kind: 'table', columns, rows }]);
