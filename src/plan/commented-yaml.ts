import { Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { cleanVerbatim } from '../text/clean.ts';
import { PLAIN_YAML } from './plain-yaml.ts';

/** A comment on the value at a path: it stands above the key, or above the item of a list. */
export interface Comment {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/**
 * Writes a value as block YAML with comments, and short lists of plain texts on one line.
 * @param options `heading` stands at the top; the keys of the map at the top-level key `spaced` have blank lines between them
 */
export function writeCommentedYaml(
  value: unknown,
  options: { readonly heading?: string; readonly comments?: readonly Comment[]; readonly spaced?: string } = {},
): string {
  const document = new Document(value, PLAIN_YAML);
  if (options.heading !== undefined) document.commentBefore = commentText(options.heading);
  for (const { path, text } of options.comments ?? []) {
    const target = commentTarget(document, path);
    if (target) target.commentBefore = [target.commentBefore, commentText(text)].filter(Boolean).join('\n');
  }
  layOut(document.contents);
  const spaced = options.spaced === undefined ? undefined : document.get(options.spaced, true);
  if (isMap(spaced)) for (const pair of spaced.items.slice(1)) (pair.key as Node).spaceBefore = true;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** What a comment names (files, commits) may hold characters that no plan may hold: they are made visible. */
function commentText(text: string): string {
  return cleanVerbatim(text)
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n');
}

/** The node before which a comment on the value at a path stands. */
function commentTarget(document: Document, path: readonly (string | number)[]): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
    return pair?.key as Node | undefined;
  }
  if (isSeq(parent) && typeof last === 'number') return parent.items[last] as Node | undefined;
  return undefined;
}

/** Lists of plain texts that fit on a line are easier to read on one. */
const ONE_LINE = 80;

function layOut(node: unknown): void {
  if (isSeq(node)) {
    const texts = node.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
    const isShort = texts.every((text) => text !== undefined && !/[,\n]/.test(text));
    const isBare = node.items.every((item) => !(isScalar(item) && typeof item.commentBefore === 'string'));
    if (isShort && isBare && texts.join(', ').length <= ONE_LINE) node.flow = true;
    for (const item of node.items) layOut(item);
  } else if (isMap(node)) {
    for (const pair of node.items) layOut(pair.value);
  }
}
