import {
  Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { cleanVerbatim } from '../text/clean.ts';
import { type Comment, writeCommentedYaml } from './commented-yaml.ts';
import { canonicalJson } from './digest.ts';
import { PLAIN_YAML } from './plain-yaml.ts';

type Path = readonly (string | number)[];

/** A change of the text that people wrote. Paths are from the top of the document, such as `['spec', 'window', 'start']`. */
export type HeadEdit =
  /** Puts a value in place of another, or where none was. */
  | { readonly kind: 'set'; readonly path: Path; readonly value: unknown }
  /** Adds items at the end of a list; a comment stands above its item. */
  | {
      readonly kind: 'append';
      readonly path: Path;
      readonly items: readonly { readonly value: unknown; readonly comment?: string }[];
    }
  /** Takes an item out of a list. */
  | { readonly kind: 'remove'; readonly path: Path };

/**
 * Changes a YAML text by putting other text in the place of what changes: every other byte, and so every comment, every order
 * and every way of writing, stays as people wrote it. Where a splice would not mean exactly the edit (a way of writing
 * that it does not know), the text is written anew from the document, which keeps comments and order but not spacing.
 * The text must have been read by the plan's reader, so that it is valid and small.
 */
export function editHead(head: string, edits: readonly HeadEdit[]): string {
  return edits.reduce((text, edit) => applyEdit(text, edit), head);
}

function applyEdit(text: string, edit: HeadEdit): string {
  const wanted = rewritten(text, edit);
  const meaning = canonicalJson(wanted.toJS());
  if (canonicalJson(parse(text).toJS()) === meaning) return text;
  const spliced = splice(text, edit);
  if (spliced !== undefined) {
    const read = parse(spliced);
    if (read.errors.length === 0 && canonicalJson(read.toJS()) === meaning) return spliced;
  }
  return wanted.toString({ lineWidth: 0 });
}

function parse(text: string): Document.Parsed {
  return parseDocument(text, { logLevel: 'silent', stringKeys: true });
}

/** The document after the edit, by the library's own means. */
function rewritten(text: string, edit: HeadEdit): Document.Parsed {
  const document = parse(text);
  const node = (value: unknown) => document.createNode(value, PLAIN_YAML) as Node;
  if (edit.kind === 'set') document.setIn(edit.path, node(edit.value));
  else if (edit.kind === 'remove') document.deleteIn(edit.path);
  else {
    const list = document.getIn(edit.path, true);
    if (!isSeq(list)) document.setIn(edit.path, node(edit.items.map((item) => item.value)));
    else for (const item of edit.items) list.add(commented(node(item.value), item.comment));
  }
  return document;
}

function commented(node: Node, comment: string | undefined): Node {
  if (comment !== undefined) node.commentBefore = cleanVerbatim(comment).replaceAll(/^/gm, ' ');
  return node;
}

/** The text after the edit, or `undefined` where it does not know how. */
function splice(text: string, edit: HeadEdit): string | undefined {
  const document = parse(text);
  if (edit.kind === 'remove') return removeItem(text, document, edit.path);
  const node = document.getIn(edit.path, true) as Node | undefined;
  if (edit.kind === 'set') {
    return node === undefined ? addKey(text, document, edit.path, edit.value) : replaceNode(text, node, edit.value);
  }
  const values = edit.items.map((item) => item.value);
  if (node === undefined) return addKey(text, document, edit.path, values, edit.items);
  if (!isSeq(node)) return undefined;
  if (node.flow && node.items.length > 0) return appendInLine(text, node, values);
  if (node.flow) return openEmptyList(text, document, edit.path, node, edit.items);
  const at = lineAfter(text, contentEnd(node));
  return insert(text, at, itemLines(edit.items, columnOf(text, startOf(node))));
}

function replaceNode(text: string, node: Node, value: unknown): string | undefined {
  const [start, end] = [startOf(node), contentEnd(node)];
  const old = text.slice(start, end);
  const isBlock = (isSeq(node) || isMap(node)) && !node.flow;
  const now = isBlock ? blockText(value, columnOf(text, start)) : inlineText(value, isScalar(value) || isPlain(value));
  if (now === undefined) return undefined;
  return text.slice(0, start) + now + (old.endsWith('\n') ? '\n' : '') + text.slice(end);
}

/** Adds a key to the map at the parent path, which must be there. */
function addKey(
  text: string,
  document: Document.Parsed,
  path: Path,
  value: unknown,
  items: readonly { readonly value: unknown; readonly comment?: string }[] = [],
): string | undefined {
  const parent = path.length === 1 ? document.contents : (document.getIn(path.slice(0, -1), true) as Node | undefined);
  const key = path.at(-1);
  if (!isMap(parent) || parent.items.length === 0 || key === undefined) return undefined;
  if (parent.flow) {
    const close = contentEnd(parent) - 1;
    const before = text.slice(0, close).trimEnd();
    return `${before}, ${flowText({ [key]: value }).replace(/^\{\s*|\s*\}$/g, '')} ${text.slice(close)}`;
  }
  const column = columnOf(text, startOf(parent));
  const comments: Comment[] = items.flatMap((item, index) =>
    item.comment === undefined ? [] : [{ path: [key, index], text: item.comment }],
  );
  const lines = indent(writeCommentedYaml({ [key]: value }, { comments }).trimEnd(), column);
  return insert(text, lineAfter(text, contentEnd(parent)), `${' '.repeat(column)}${lines}\n`);
}

function appendInLine(text: string, list: YAMLSeq, values: readonly unknown[]): string {
  const close = contentEnd(list) - 1;
  const before = text.slice(0, close);
  const kept = before.trimEnd();
  const gap = before.slice(kept.length);
  const comma = kept.endsWith(',') ? ' ' : ', ';
  return `${kept}${comma}${values.map(flowText).join(', ')}${gap}${text.slice(close)}`;
}

/** `key: []` becomes a block list below the key; what stands behind the brackets on their line stays there. */
function openEmptyList(
  text: string,
  document: Document.Parsed,
  path: Path,
  list: YAMLSeq,
  items: readonly { readonly value: unknown; readonly comment?: string }[],
): string | undefined {
  const parent = document.getIn(path.slice(0, -1), true) as YAMLMap<Node, Node> | undefined;
  if (!isMap(parent)) return undefined;
  if (parent.flow)
    return replaceNode(
      text,
      list,
      items.map((item) => item.value),
    );
  const [start, end] = [startOf(list), contentEnd(list)];
  const rest = text.slice(end, lineEnd(text, end));
  const before = text.slice(0, start);
  const head = rest.trim() === '' ? before.trimEnd() : before + rest.trimStart();
  const column = columnOf(text, startOf(parent)) + 2;
  return `${head}\n${itemLines(items, column)}${text.slice(lineEnd(text, end) + 1)}`;
}

function removeItem(text: string, document: Document.Parsed, path: Path): string | undefined {
  const list = document.getIn(path.slice(0, -1), true) as Node | undefined;
  const index = path.at(-1);
  if (!isSeq(list) || list.flow || list.items.length < 2 || typeof index !== 'number') return undefined;
  const item = list.items[index] as Node | undefined;
  if (item === undefined) return undefined;
  const start = text.lastIndexOf('\n', startOf(item)) + 1;
  return text.slice(0, start) + text.slice(lineAfter(text, contentEnd(item)));
}

function itemLines(items: readonly { readonly value: unknown; readonly comment?: string }[], column: number): string {
  const pad = ' '.repeat(column);
  return items
    .map(({ value, comment }) => {
      const comments = comment === undefined ? '' : comment.replaceAll(/^/gm, `${pad}# `).concat('\n');
      return `${comments}${pad}- ${blockText(value, column + 2)}\n`;
    })
    .join('');
}

/** A value over several lines whose first one stands at `column` already. */
function blockText(value: unknown, column: number): string {
  return indent(writeCommentedYaml(value).trimEnd(), column);
}

function indent(text: string, column: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(column)}`);
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

/** A value on one line; a plain one as it may stand outside of brackets. */
function inlineText(value: unknown, plain: boolean): string | undefined {
  if (!plain) return flowText(value);
  const text = new Document(value, PLAIN_YAML).toString({ lineWidth: 0 }).trimEnd();
  return text.includes('\n') ? JSON.stringify(value) : text;
}

function flowText(value: unknown): string {
  const document = new Document([value], PLAIN_YAML);
  const list = document.contents;
  if (isSeq(list)) list.flow = true;
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd();
  return text.replace(/^\[\s*|,?\s*\]$/g, '').replaceAll(/\s*\n\s*/g, ' ');
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** Where what a node says ends: behind its last scalar or bracket, before the comments that follow. */
function contentEnd(node: Node): number {
  if ((isSeq(node) || isMap(node)) && !node.flow) {
    const last = node.items.at(-1) as Node | Pair<Node, Node | null> | undefined;
    if (last === undefined) return node.range?.[1] ?? 0;
    if ('key' in last) return last.value === null ? contentEnd(last.key) : contentEnd(last.value);
    return contentEnd(last);
  }
  return node.range?.[1] ?? 0;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}

/** The start of the line after the one on which something ends. A block scalar ends at the start of the next line. */
function lineAfter(text: string, end: number): number {
  return text[end - 1] === '\n' ? end : Math.min(text.length, lineEnd(text, end) + 1);
}

function insert(text: string, at: number, lines: string): string {
  const before = text.slice(0, at);
  return `${before}${before.endsWith('\n') || before === '' ? '' : '\n'}${lines}${text.slice(at)}`;
}
