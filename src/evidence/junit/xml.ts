import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { RelctlError } from '../../errors.ts';
import { lineAt } from '../../plan/guard.ts';
import { byName } from '../../text/by-name.ts';
import { lineFinder } from '../lines.ts';

/** An XML element with its place in the file. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** What a report may be. A report of a hundred thousand tests with their output fits; a bomb does not. */
const XML_LIMITS = { characters: 64 * 1024 * 1024, depth: 32 } as const;

/**
 * Reads an XML text into its root element. Document types and entity declarations are refused before the parser sees them:
 * they reach other files and grow without limit. Errors: `evidence.unreadable` with file and line.
 */
export function readXml(text: string, file: string): XmlElement {
  if (text.length > XML_LIMITS.characters) {
    throw unreadable(file, 1, `has ${text.length} characters; at most ${XML_LIMITS.characters} are read`);
  }
  guardMarkup(text, file);
  const valid = XMLValidator.validate(text, { allowBooleanAttributes: false });
  if (valid !== true) {
    throw unreadable(file, valid.err.line, `is not well-formed XML: ${valid.err.msg.replace(/\.$/, '')}`);
  }
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    htmlEntities: false,
    trimValues: false,
    captureMetaData: true,
  });
  const lineOf = lineFinder(text);
  const roots = (parser.parse(text) as RawNode[]).flatMap((node) => toElement(node, lineOf) ?? []);
  const root = roots[0];
  if (root === undefined || roots.length > 1) throw unreadable(file, 1, 'does not hold exactly one root element');
  return root;
}

/** `evidence.unreadable` for a file that people hand in. */
export function unreadable(file: string, line: number, problem: string): RelctlError {
  return new RelctlError('evidence.unreadable', `${file} ${problem}`, {
    place: { file, line },
    why: 'A result that cannot be read is not a pass.',
    hints: ['run the tests again and hand in the report that they write'],
  });
}

type RawNode = Readonly<Record<string | symbol, unknown>>;

function toElement(node: RawNode, lineOf: (offset: number) => number): XmlElement | undefined {
  const name = Object.keys(node).find((key) => key !== ':@');
  if (name === undefined || name === '#text' || name.startsWith('?')) return undefined;
  const inner = node[name] as readonly RawNode[];
  const start =
    (node[XMLParser.getMetaDataSymbol() as unknown as symbol] as { startIndex?: number } | undefined)?.startIndex ?? 0;
  const attributes = (node[':@'] ?? {}) as Record<string, unknown>;
  return {
    name: name.replace(/^.*:/, ''),
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, decode(String(value))])),
    children: inner.flatMap((child) => toElement(child, lineOf) ?? []),
    text: inner.map((child) => ('#text' in child ? decode(String(child['#text'])) : '')).join(''),
    line: lineOf(start),
  };
}

const NAMED: Readonly<Record<string, string>> = byName({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" });

/** The five entities of XML and character references; any other stays as it is written. */
function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** Walks over the markup once: no declarations, no depth that a test report never has. */
function guardMarkup(text: string, file: string): void {
  let depth = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    const skipped = SECTIONS.find(([open]) => text.startsWith(open, at));
    if (skipped !== undefined) {
      const end = text.indexOf(skipped[1], at + skipped[0].length);
      if (end === -1) throw unreadable(file, lineAt(text, at), `ends inside ${skipped[2]}: it was cut`);
      at = end + skipped[1].length;
      continue;
    }
    if (text.startsWith('<!', at)) {
      throw unreadable(file, lineAt(text, at), 'declares a document type or an entity, which no test report needs');
    }
    const end = endOfTag(text, at);
    if (end === -1) throw unreadable(file, lineAt(text, at), 'ends inside a tag: it was cut');
    if (text[at + 1] === '/') depth -= 1;
    else if (text[end - 1] !== '/') depth += 1;
    if (depth > XML_LIMITS.depth) {
      throw unreadable(file, lineAt(text, at), `nests deeper than ${XML_LIMITS.depth} elements`);
    }
    at = end + 1;
  }
}

const SECTIONS = [
  ['<!--', '-->', 'a comment'],
  ['<![CDATA[', ']]>', 'a CDATA section'],
  ['<?', '?>', 'a processing instruction'],
] as const;

/** Offset of the `>` that ends a tag; quoted values may hold one. */
function endOfTag(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '>') return at;
    if (character !== '"' && character !== "'") continue;
    at = text.indexOf(character, at + 1);
    if (at === -1) return -1;
  }
  return -1;
}
