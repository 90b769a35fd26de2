import { blankHashComments, blankTemplateComments } from '../comments.ts';
import { flowEntries, flowText } from './yaml-flow.ts';

/** One key or list item of a YAML text. */
export interface YamlLine {
  /** 1-based. */
  readonly line: number;
  /** Keys from the top of the document to here; a list item is `-`. */
  readonly path: readonly string[];
  /** The last key of the path, or undefined for a plain list item. */
  readonly key: string | undefined;
  /** Text behind the colon or the dash, without quotes; empty when the value stands below. */
  readonly value: string;
  /** Text of a block scalar (`|`, `>`), one line after the other; undefined where the value is none. */
  readonly block?: string;
  /** Depth in the path of the first list item that begins on this line; undefined when none does. */
  readonly item: number | undefined;
  /** Number of the document in the file, from 0. */
  readonly document: number;
}

/** How far a flow collection is followed. */
const MOST_ROWS = 200;

interface Level {
  readonly indent: number;
  readonly key: string;
}

/**
 * Reads YAML by lines and indentation. Helm's templates are not YAML until they are rendered, so no YAML parser reads them;
 * their structure still stands in the indentation. Anchors are not followed. What a flow collection holds
 * is given as if it stood in lines of its own, all with the number of the line on which it begins.
 */
export function scanYaml(source: string): YamlLine[] {
  const text = blankHashComments(blankTemplateComments(source));
  const found: YamlLine[] = [];
  let levels: Level[] = [];
  let document = 0;
  let scalarIndent: number | undefined;
  let resumeAt = 0;
  /** Text of block scalars, by the place of their line in `found`. */
  const blocks = new Map<number, string>();
  const rows = text.split('\n');
  /** Adds what the flow collection holds that begins with `first` on a line; false where there is none. */
  const addFlow = (first: string, index: number, item: number | undefined): boolean => {
    const flow = flowText(first, rows.slice(index + 1, index + MOST_ROWS));
    const entries = flow && flowEntries(flow.text);
    if (flow === undefined || entries === undefined) return false;
    const above = keysOf(levels);
    for (const [n, entry] of entries.entries()) {
      const begins =
        n === 0 && item !== undefined ? item : entry.item === undefined ? undefined : above.length + entry.item;
      found.push({ ...entry, line: index + 1, path: [...above, ...entry.path], item: begins, document });
    }
    resumeAt = index + 1 + flow.lines;
    return true;
  };
  for (const [index, raw] of rows.entries()) {
    const content = raw.trim();
    if (content === '' || index < resumeAt) continue;
    let indent = raw.length - raw.trimStart().length;
    const isControl = /^\{\{.*\}\}$/.test(content) && !/^\{\{.*\}\}\s*:/.test(content);
    // Helm's control lines stand anywhere in a block and do not end it.
    if (scalarIndent !== undefined && (indent > scalarIndent || isControl)) {
      blocks.set(found.length - 1, `${blocks.get(found.length - 1) ?? ''}${content}\n`);
      continue;
    }
    scalarIndent = undefined;
    if (/^---(\s|$)/.test(raw)) {
      document += 1;
      levels = [];
      continue;
    }
    // A line of template control has no place of its own in the structure.
    if (isControl) continue;
    let rest = content;
    const line = index + 1;
    let item: number | undefined;
    for (let dash = /^-(\s+|$)/.exec(rest); dash !== null; dash = /^-(\s+|$)/.exec(rest)) {
      levels = levels.filter((level) => level.indent < indent || (level.indent === indent && level.key !== '-'));
      levels.push({ indent, key: '-' });
      item ??= levels.length - 1;
      indent += dash[0].length;
      rest = rest.slice(dash[0].length);
    }
    const pair = pairOf(rest);
    if (pair === undefined) {
      if (content.startsWith('-') && !addFlow(rest, index, item)) {
        found.push({ line, path: keysOf(levels), key: undefined, value: bare(rest), item, document });
      }
      continue;
    }
    const { key } = pair;
    levels = levels.filter((level) => level.indent < indent || (level.key === '-' && level.indent < indent));
    levels.push({ indent, key });
    const value = pair.value.trim();
    if (/^[|>][+-]?\d?$/.test(value)) scalarIndent = indent;
    const own = { line, path: keysOf(levels), key, item, document };
    const place = found.push({ ...own, value: '' }) - 1;
    if (!addFlow(value, index, undefined)) found[place] = { ...own, value: bare(value) };
  }
  return found.map((one, place) => (blocks.has(place) ? { ...one, block: blocks.get(place) ?? '' } : one));
}

/**
 * Key and value of a line that is a pair. A plain key ends at the first colon with white space or nothing behind it: it is looked
 * for rather than matched, because a line of nothing but colons makes patterns try each against each other.
 */
function pairOf(line: string): { readonly key: string; readonly value: string } | undefined {
  const quoted = /^(?:"([^"]*)"|'([^']*)')\s*:(?:\s+(.*))?$/.exec(line);
  if (quoted !== null) return { key: quoted[1] ?? quoted[2] ?? '', value: quoted[3] ?? '' };
  if (/^[\s"'{[&*!|>%@`:]/.test(line)) return undefined;
  const colon = /:(?:\s|$)/.exec(line)?.index;
  return colon === undefined
    ? undefined
    : { key: line.slice(0, colon).trimEnd(), value: line.slice(colon + 1).trimStart() };
}

const keysOf = (levels: readonly Level[]): string[] => levels.map((level) => level.key);

function bare(value: string): string {
  const quoted = /^(?:"(.*)"|'(.*)')$/s.exec(value.trim());
  return quoted?.[1] ?? quoted?.[2] ?? value.trim();
}
