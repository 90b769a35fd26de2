import { ID_PATTERN } from './spec/terms.ts';
import { API_VERSION } from './versions.ts';

/** What a list of releases shows of the part that people write. */
export interface QuickHead {
  readonly id: string;
  readonly feature: string;
  readonly process: string;
  readonly window: { readonly start: string; readonly end: string; readonly timeZone: string };
  readonly services: readonly string[];
}

/** The value of a key: what stands behind the colon, and the lines below that belong to it. */
interface Entry {
  readonly rest: string;
  readonly lines: string[];
}

/**
 * Reads the few fields of a plan that a list shows, without parsing the whole of it: about fifty times faster than the YAML
 * parser, which matters where there are ten thousand plans.
 *
 * It understands the block style that `relctl plan` writes and simple scalars, and answers `undefined` to anything else, so that
 * the real reader decides. Where both read a text, they read the same; that what it does not look at is valid, it does not say.
 */
export function readQuickHead(head: string): QuickHead | undefined {
  if (head.includes('\t')) return undefined;
  const top = mapping(head.split('\n'), 0);
  if (top === undefined || scalar(top.get('apiVersion')) !== API_VERSION) return undefined;
  if (scalar(top.get('kind')) !== 'ReleasePlan') return undefined;
  const metadata = fieldsOf(top.get('metadata'));
  const spec = below(top.get('spec'));
  const window = fieldsOf(spec?.get('window'));
  const services = namesOf(spec?.get('services'));
  const [id, feature, process] = ['id', 'feature', 'process'].map((key) => metadata?.(key)?.trim());
  const [start, end, timeZone] = ['start', 'end', 'timeZone'].map((key) => window?.(key));
  if (!id || !feature || !process || !start || !end || !timeZone || services === undefined) return undefined;
  if (!ID_PATTERN.test(id) || !WALL_TIME.test(start) || !WALL_TIME.test(end)) return undefined;
  return { id, feature, process, window: { start, end, timeZone }, services };
}

const WALL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;
const SERVICE_NAME = /^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/;
const KEY = /^([A-Za-z][A-Za-z0-9]*):(?: +(.*))?$/;

/** Keys of a block mapping whose lines stand at exactly this indent (of the first line, when none is given). */
function mapping(lines: readonly string[], indent?: number): Map<string, Entry> | undefined {
  const entries = new Map<string, Entry>();
  let depth = indent;
  let current: Entry | undefined;
  for (const line of lines) {
    const at = line.search(/\S/);
    if (at === -1 || line[at] === '#') continue;
    depth ??= at;
    const text = line.slice(at).trimEnd();
    if (at > depth || (at === depth && text.startsWith('- '))) {
      if (current === undefined || (at === depth && current.rest !== '')) return undefined;
      current.lines.push(line);
      continue;
    }
    const key = at === depth ? KEY.exec(text) : null;
    if (key === null || entries.has(key[1] ?? '')) return undefined;
    current = { rest: withoutComment(key[2] ?? ''), lines: [] };
    entries.set(key[1] ?? '', current);
  }
  return entries;
}

/** The mapping below a key, in block style. */
function below(entry: Entry | undefined): Map<string, Entry> | undefined {
  return entry === undefined || entry.rest !== '' ? undefined : mapping(entry.lines);
}

/** Reads the scalars of a mapping by key, in block style or as `{ a: b, c: d }` on one line. */
function fieldsOf(entry: Entry | undefined): ((key: string) => string | undefined) | undefined {
  if (entry?.rest.startsWith('{')) {
    const flow = entry.lines.length === 0 ? flowMapping(entry.rest) : undefined;
    return flow && ((key) => flow.get(key));
  }
  const block = below(entry);
  return block && ((key) => scalar(block.get(key)));
}

/** Names of the services: of each item of the list, the key `name`. */
function namesOf(entry: Entry | undefined): readonly string[] | undefined {
  if (entry === undefined || entry.rest !== '') return undefined;
  const items: string[][] = [];
  const indent = entry.lines[0]?.search(/\S/) ?? 0;
  for (const line of entry.lines) {
    if (line.startsWith('- ', indent)) items.push([`${' '.repeat(indent + 2)}${line.slice(indent + 2)}`]);
    else if (line.search(/\S/) <= indent) return undefined;
    else items.at(-1)?.push(line);
  }
  const names = items.map((lines) => {
    const [first = '', ...more] = lines;
    if (!first.trimStart().startsWith('{')) return scalar(mapping(lines)?.get('name'));
    return more.length === 0 ? flowMapping(withoutComment(first.trim()))?.get('name') : undefined;
  });
  return names.length > 0 && names.every((name) => name !== undefined && SERVICE_NAME.test(name))
    ? (names as string[])
    : undefined;
}

/** `{ a: b, c: d }` of plain scalars without anything nested. */
function flowMapping(text: string): Map<string, string> | undefined {
  const inside = /^\{([^{}[\]"'#]*)\}$/.exec(text)?.[1];
  if (inside === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const part of inside.split(',')) {
    const pair = /^([A-Za-z][A-Za-z0-9]*): +(\S.*)$/.exec(part.trim());
    const value = pair === null ? undefined : plain(pair[2] ?? '');
    if (value === undefined || fields.has(pair?.[1] ?? '')) return undefined;
    fields.set(pair?.[1] ?? '', value);
  }
  return fields;
}

/** A scalar on one line: plain, or quoted without escapes. */
function scalar(entry: Entry | undefined): string | undefined {
  if (entry === undefined || entry.lines.length > 0) return undefined;
  const quoted = /^"([^"\\]*)"$/.exec(entry.rest) ?? /^'([^']*)'$/.exec(entry.rest);
  return quoted === null ? plain(entry.rest) : quoted[1];
}

/** A plain scalar that YAML reads as a string: signs mean something to YAML only at its start, or beside a space. */
function plain(text: string): string | undefined {
  if (!/^[\p{L}\d]\P{Cc}*$/u.test(text) || /:(\s|$)/.test(text)) return undefined;
  const notText =
    /^(true|false|null|yes|no|on|off)$/i.test(text) || !Number.isNaN(Number(text)) || /^0[ox]/i.test(text);
  return notText ? undefined : text;
}

/** The value without a comment behind it; a `#` inside quotes is left to the real reader. */
function withoutComment(text: string): string {
  const quoted = /^("[^"\\]*"|'[^']*')\s+#.*$/.exec(text)?.[1];
  return (quoted ?? (/^["']/.test(text) ? text : text.replace(/(^|\s)#.*$/, ''))).trim();
}
