import { lineFinder } from '../../lines.ts';
import { blankSlashComments } from '../comments.ts';
import type { VariableUse } from './use.ts';

/** A section of the configuration that becomes an object of a class. */
interface Binding {
  /** Its keys from the top, with colons between them. */
  readonly section: string;
  readonly type: string;
}

/** The text of the file that defines a class; `undefined` where none is known. */
export type ClassFile = (type: string) => { readonly path: string; readonly text: string } | undefined;

/** Words, one of which stands wherever a section is bound. */
export const BINDS = ['GetSection', 'BindConfiguration', 'Configure'] as const;

const SECTION = String.raw`\s*("[\w:]+"|nameof\(\s*[\w.]+\s*\)|[A-Z]\w*\.\w+)\s*`;
const PATTERNS = [
  // services.Configure<ShopOptions>(configuration.GetSection("Shop")), .AddOptions<ShopOptions>().Bind(….GetSection("Shop"))
  String.raw`<\s*(?<type>\w+)\s*>\s*\([^;{}]{0,300}?\.(?:GetSection|BindConfiguration)\(${SECTION}\)`,
  // services.Configure<ShopOptions>(configuration, "Shop"), as teams shorten it
  String.raw`\.Configure<\s*(?<type>\w+)\s*>\(\s*[\w.]{1,80},${SECTION}\)`,
  // configuration.GetSection("Shop").Get<ShopOptions>()
  String.raw`\.GetSection\(${SECTION}\)\s*\.\s*Get\s*<\s*(?<type>\w+)\s*>`,
  // ConfigurationBinder.Bind(configuration.GetSection("Shop"), options), configuration.GetSection("Shop").Bind(options)
  String.raw`\.GetSection\(${SECTION}\)\s*(?:,|\.\s*Bind\()\s*(?<name>\w+)\s*\)`,
].map((pattern) => new RegExp(pattern, 'g'));

/**
 * Sections that a C# file binds to classes (learn.microsoft.com, "Options pattern in .NET").
 * @param classFile finds the class whose constant names a section
 */
export function bindingsIn(source: string, classFile: ClassFile): readonly Binding[] {
  const text = blankSlashComments(source, 'other');
  return PATTERNS.flatMap((pattern) =>
    [...text.matchAll(pattern)].slice(0, MOST_SECTIONS).flatMap((match): Binding[] => {
      const type = match.groups?.type ?? typeOf(match.groups?.name ?? '', text);
      const section = sectionOf(sectionIn(match), text, classFile);
      return type === undefined || section === undefined || OF_DEVELOPERS.test(section) ? [] : [{ section, type }];
    }),
  );
}

/** So many sections of a file are followed, each by a pass over it: more are no program that people read. */
const MOST_SECTIONS = 100;
/** A section for the machines of developers. */
const OF_DEVELOPERS = /^dev(elopment)?\b/i;

/** The group that holds the section: the one that is no name. */
const sectionIn = (match: RegExpExecArray | RegExpMatchArray): string | undefined =>
  match.slice(1).find((group) => group !== undefined && /^"|\(|\./.test(group));

function sectionOf(expression: string | undefined, text: string, classFile: ClassFile): string | undefined {
  if (expression === undefined) return undefined;
  if (expression.startsWith('"')) return expression.slice(1, -1);
  const named = /^nameof\(\s*(?:\w+\.)*(\w+)\s*\)$/.exec(expression)?.[1];
  if (named !== undefined) return named;
  const [type = '', constant = ''] = expression.split('.');
  const own = new RegExp(String.raw`\bconst\s+string\s+${constant}\s*=\s*"([\w:]+)"`);
  return own.exec(classFile(type)?.text ?? '')?.[1] ?? own.exec(text)?.[1];
}

/** `ShopOptions options`, `options = new ShopOptions(`. */
function typeOf(name: string, text: string): string | undefined {
  return (
    new RegExp(String.raw`\b${name}\s*=\s*new\s+(\w+)\s*[({]`).exec(text)?.[1] ??
    new RegExp(String.raw`\b(?!(?:var|new|return|out|ref|in)\b)([A-Z]\w*)\s+${name}\b`).exec(text)?.[1]
  );
}

/** How deep objects lie in objects at most. */
const DEEPEST = 6;
/** So many settings are told at most: classes that hold each other several times over name more than anybody could set. */
const MOST_SETTINGS = 2000;

/** Variables that set the properties of bound classes and of the classes in them, each with its file: two underscores stand for the colon. */
export function optionsOf(
  bindings: readonly Binding[],
  classFile: ClassFile,
): readonly (VariableUse & { readonly file: string })[] {
  const found: (VariableUse & { file: string })[] = [];
  const classes = classReader();
  let visits = 0;
  const visit = (keys: readonly string[], name: string, around: ReturnType<ClassFile>): void => {
    visits += 1;
    if (keys.length > DEEPEST || visits > MOST_SETTINGS) return;
    const own = around !== undefined && classes(around.text).defines(name) ? around : classFile(name);
    if (own === undefined) return;
    const { defines, lineOf, propertiesOf } = classes(own.text);
    for (const property of propertiesOf(name)) {
      if (found.length >= MOST_SETTINGS || visits > MOST_SETTINGS) return;
      const path = [...keys, property.name];
      const inner = property.type;
      const isClass = defines(inner) || (/^[A-Z]/.test(inner) && classFile(inner) !== undefined);
      if (isClass && inner !== name) {
        visit(path, inner, own);
        continue;
      }
      const key = property.isList ? [...path, '0'] : path;
      found.push({
        name: key.join('__'),
        line: lineOf(property.offset),
        how: 'read',
        property: key.join(':'),
        file: own.path,
        ...(property.required ? {} : { value: property.value }),
      });
    }
  };
  for (const { section, type } of bindings) visit(section.split(':'), type, undefined);
  return found;
}

/** What is asked of a text with classes, each answer found once: a class may be held by many. */
interface Classes {
  defines(type: string): boolean;
  lineOf(offset: number): number;
  propertiesOf(type: string): readonly Property[];
}

function classReader(): (text: string) => Classes {
  const known = new Map<string, Classes>();
  return (text) => {
    const classes = known.get(text) ?? classesOf(text);
    known.set(text, classes);
    return classes;
  };
}

function classesOf(source: string): Classes {
  const names = new Set([...source.matchAll(/\b(?:class|record)\s+(\w+)/g)].map(([, name = '']) => name));
  const properties = new Map<string, readonly Property[]>();
  const text = blankSlashComments(source, 'other');
  return {
    defines: (type) => names.has(type),
    lineOf: lineFinder(source),
    propertiesOf(type) {
      const own = properties.get(type) ?? (properties.size < MOST_SECTIONS ? propertiesIn(text, type) : []);
      properties.set(type, own);
      return own;
    },
  };
}

interface Property {
  readonly name: string;
  readonly type: string;
  readonly isList: boolean;
  readonly offset: number;
  readonly value: string;
  readonly required: boolean;
}

const PROPERTY =
  /\bpublic\s+((?:(?:virtual|override|required|sealed|new)\s+)*)((?!(?:class|record|struct|interface|enum)\b)[\w.]+(?:<[\w.,\s?]+>)?(?:\[\])?)\??\s+(\w+)\s*\{/g;

/** Properties of a class that can be set; those of the classes inside it are not its own. */
function propertiesIn(text: string, type: string): readonly Property[] {
  const start = new RegExp(String.raw`\b(?:class|record)\s+${type}\b[^{;]{0,300}\{`).exec(text);
  if (start === null) return [];
  const from = start.index + start[0].length;
  const to = blockEnd(text, from);
  const found: Property[] = [];
  let [depth, counted] = [0, from];
  for (const match of text.slice(from, to).matchAll(PROPERTY)) {
    const [all, modifiers = '', written = '', name = ''] = match;
    const offset = from + match.index;
    depth += depthBetween(text, counted, offset);
    counted = offset;
    if (depth !== 0) continue;
    const end = blockEnd(text, offset + all.length);
    if (!/\b(set|init)\b/.test(text.slice(offset + all.length, end))) continue;
    const list =
      /^(?:\w+\.)*(?:I?List|IEnumerable|ICollection|IReadOnlyList|IReadOnlyCollection|HashSet)<([\w.]+)>$|^([\w.]+)\[\]$/.exec(
        written,
      );
    if (list === null && written.includes('<')) continue;
    const before = text.slice(Math.max(from, offset - 200), offset);
    found.push({
      name,
      type: (list?.[1] ?? list?.[2] ?? written).split('.').at(-1) ?? written,
      isList: list !== null,
      offset,
      value: /^\s*=\s*([^;]{1,200});/.exec(text.slice(end + 1, end + 220))?.[1] ?? '',
      required: /\brequired\b/.test(modifiers) || /\[Required\b[^[\]]*\]\s*$/.test(before),
    });
  }
  return found;
}

/** Offset of the brace that closes a block whose content begins at `start`. */
function blockEnd(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length;
}

function depthBetween(text: string, from: number, to: number): number {
  let depth = 0;
  for (let at = from; at < to; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') depth -= 1;
  }
  return depth;
}
