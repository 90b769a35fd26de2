import { Document, isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';

/** A comment on the value at a path: it stands above the key, or above the item of a list. */
export interface Comment {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/**
 * Writes a value as block YAML with comments, a blank line before each key of the levels that `spaced` names (by their number of
 * keys above), and short lists of plain texts on one line.
 * @param heading comment at the top of the text
 */
export function writeCommentedYaml(
  value: unknown,
  options: { readonly heading?: string; readonly comments?: readonly Comment[]; readonly spaced?: number } = {},
): string {
  const document = new Document(value);
  if (options.heading !== undefined) document.commentBefore = commentText(options.heading);
  for (const { path, text } of options.comments ?? []) {
    const target = commentTarget(document, path);
    if (target) target.commentBefore = [target.commentBefore, commentText(text)].filter(Boolean).join('\n');
  }
  layOut(document.contents, 0, options.spaced ?? -1);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function commentText(text: string): string {
  return text
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

function layOut(node: unknown, level: number, spaced: number): void {
  if (isSeq(node)) {
    const texts = node.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
    const isShort = texts.every((text) => text !== undefined && !/[,\n]/.test(text));
    if (isShort && texts.join(', ').length <= ONE_LINE && node.items.every((item) => !isCommented(item)))
      node.flow = true;
    for (const item of node.items) layOut(item, level + 1, spaced);
    return;
  }
  if (!isMap(node)) return;
  for (const [index, item] of node.items.entries()) {
    if (!isPair(item)) continue;
    const pair = item as Pair<Node, Node>;
    if (level === spaced && index > 0) pair.key.spaceBefore = true;
    layOut(pair.value, level + 1, spaced);
  }
}

function isCommented(item: unknown): boolean {
  return isScalar(item) && typeof item.commentBefore === 'string';
}
