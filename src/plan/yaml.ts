import { Composer, type Document, isMap, isScalar, LineCounter, Parser, YAMLParseError } from 'yaml';
import type * as z from 'zod';
import { type ErrorCode, type ErrorDetail, type Place, RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { nearest } from '../text/nearest.ts';
import { guardYaml } from './guard.ts';

/** A YAML text that was read with its positions, so that what is wrong in it can be pointed at. */
export interface PositionedYaml {
  readonly value: unknown;
  /** Place of the value at a path, or of its nearest parent that exists. */
  place(path: readonly PropertyKey[]): Place;
  /** Place of the key that a path ends with; that of its value where the path ends in a list. */
  keyPlace(path: readonly PropertyKey[]): Place;
}

/** Reads a guarded YAML text. Errors: `plan.yaml-syntax`, `plan.yaml-feature`, `plan.too-deep`, `plan.too-many-keys`. */
export function readYaml(text: string, file: string): PositionedYaml {
  const lexemes = guardYaml(text, file);
  const lines = new LineCounter();
  const document = parseGuarded(lexemes, text.length, file, lines);
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const problem = document.errors[0];
  if (problem) {
    throw new RelctlError(
      'plan.yaml-syntax',
      `${file} is not valid YAML: ${problem.message.split('\n')[0]?.replace(/ at line.*$/, '')}`,
      {
        place: at(problem.pos[0]),
        why: 'Nothing was read and nothing was changed.',
        hints: [command`git diff -- ${file}`],
      },
    );
  }
  if (document.directives?.docEnd === true) {
    throw new RelctlError('plan.yaml-feature', `${file} holds a document end (...)`, {
      place: at(document.range?.[1] ?? 0),
      why: 'What stands below it would belong to another document, and readers would disagree on what counts.',
      hints: ['remove the line'],
    });
  }
  refuseOddKeys(document, file, at);
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    place: (path) => placeOf(document, path, at, file),
    keyPlace: (path) => keyPlaceOf(document, path, at) ?? placeOf(document, path, at, file),
  };
}

/** Parses; should a text get past the guard and exhaust the parser all the same, that too is a finding about the text. */
function parseGuarded(lexemes: readonly string[], length: number, file: string, lines: LineCounter): Document {
  try {
    return parseLexemes(lexemes, length, lines);
  } catch (cause) {
    throw new RelctlError('plan.yaml-syntax', `${file} could not be parsed as YAML`, {
      place: { file, line: 1 },
      why: 'Nothing was read and nothing was changed.',
      hints: [command`git diff -- ${file}`],
      cause,
    });
  }
}

/** What `parseDocument` of `yaml` does with a text, done with the lexemes that the guard has cut it into already. */
function parseLexemes(lexemes: readonly string[], length: number, lines: LineCounter): Document {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ lineCounter: lines, uniqueKeys: false, merge: false, stringKeys: true });
  function* tokens() {
    lines.addNewLine(0);
    for (const lexeme of lexemes) yield* parser.next(lexeme);
    yield* parser.end();
  }
  const [document, second] = composer.compose(tokens(), true, length);
  // The composer gives at least one document, if an empty one.
  const first = document as Document;
  if (second !== undefined) {
    const [from, to] = second.range ?? [0, 0];
    first.errors.push(new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'it contains multiple documents'));
  }
  return first;
}

/** Duplicate keys (found here in linear time) and keys that reach into JavaScript's prototypes. */
function refuseOddKeys(document: Document, file: string, at: (offset: number) => Place): void {
  const queue: unknown[] = [document.contents];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    const items: readonly unknown[] | undefined = (node as { items?: readonly unknown[] } | null)?.items;
    if (items === undefined) continue;
    const seen = new Set<string>();
    for (const item of items) {
      if (!isMap(node)) {
        queue.push(item);
        continue;
      }
      const pair = item as { key: unknown; value: unknown };
      queue.push(pair.value);
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const place = at((pair.key as { range?: [number, number, number] } | null)?.range?.[0] ?? 0);
      if (seen.has(key)) {
        throw new RelctlError('plan.yaml-feature', `the key "${key}" stands twice in ${file}`, {
          place,
          why: 'YAML readers disagree on which of the two counts, so approvers and relctl could see different plans.',
          hints: ['remove one of the two'],
        });
      }
      if (key === '__proto__' || key === 'constructor' || key === 'prototype' || key === '<<') {
        throw new RelctlError('plan.yaml-feature', `the key "${key}" is not allowed in ${file}`, {
          place,
          why: 'Nothing in a plan or in relctl.yaml has that name; it is how a document tampers with the program that reads it.',
          hints: ['give what it names another name, or remove the key'],
        });
      }
      seen.add(key);
    }
  }
}

function placeOf(document: Document, path: readonly PropertyKey[], at: (offset: number) => Place, file: string): Place {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
    if (range) return at(range[0]);
  }
  return { file, line: 1, column: 1 };
}

function keyPlaceOf(
  document: Document,
  path: readonly PropertyKey[],
  at: (offset: number) => Place,
): Place | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  const range = (pair?.key as { range?: [number, number, number] } | undefined)?.range;
  return range && at(range[0]);
}

/**
 * Checks a value that was read against a schema; a mismatch is one error that names the first offending value with its
 * place and lists the others.
 */
export function checkShape<S extends z.ZodType>(
  schema: S,
  yaml: PositionedYaml,
  code: ErrorCode,
  file: string,
  nextCommand: string,
): z.output<S> {
  const result = schema.safeParse(yaml.value);
  if (result.success) return result.data;
  const found = result.error.issues.flatMap((issue): readonly Issue[] => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], issue, place: yaml.keyPlace([...path, key]) }));
    }
    return [{ path, issue, place: issue.code === 'invalid_key' ? yaml.keyPlace(path) : yaml.place(path) }];
  });
  // A key that is not known is often the one that is missing, written wrongly: it is said first, where it stands.
  const isUnknown = (one: Issue) => one.issue.code === 'unrecognized_keys';
  const absent = found
    .filter((one) => !isUnknown(one) && valueAt(one.path, yaml.value) === undefined)
    .map(({ path }) => path);
  const issues = [...found.filter(isUnknown), ...found.filter((one) => !isUnknown(one))].map(
    ({ path, issue, place }) => ({ path, text: describe(issue, path, yaml.value, absent), place }),
  );
  const [first, ...rest] = issues;
  throw new RelctlError(code, `${file}: ${first?.text ?? 'has the wrong shape'}`, {
    place: first?.place ?? { file },
    why: 'relctl acts only on a file that it understands completely.',
    found: foundOf(rest),
    hints: [nextCommand, command`git diff -- ${file}`, 'what was changed since the last commit'],
    data: { issues: issues.map((i) => ({ path: i.path.join('.'), line: i.place.line, problem: i.text })) },
  });
}

/** More of them are a number: a file of another kind is wrong everywhere. */
const MOST_SHOWN = 4;

/** Issues as they are shown below the first. */
function foundOf(
  issues: readonly { readonly text: string; readonly place: Place }[],
): NonNullable<ErrorDetail['found']> {
  const shown = issues.slice(0, MOST_SHOWN).map(({ text, place }) => `line ${place.line}: ${text}`);
  const more = issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].map((text) => ({ state: 'failed', text }));
}

/** What is wrong, and where it stands. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly issue: z.core.$ZodIssue;
  readonly place: Place;
}

/** @param absent paths of what is missing: an unknown key beside one of them may be meant for it */
function describe(
  issue: z.core.$ZodIssue,
  path: readonly PropertyKey[],
  root: unknown,
  absent: readonly (readonly PropertyKey[])[],
): string {
  const where = path.map(String).join('.') || 'the document';
  if (issue.code === 'unrecognized_keys') {
    const beside = absent.filter((one) => one.slice(0, -1).join('.') === path.slice(0, -1).join('.'));
    const [meant] = nearest(
      String(path.at(-1)),
      beside.map((one) => String(one.at(-1))),
    );
    return `${where} is not a known key${meant === undefined ? '' : `; is ${meant} meant, which is missing?`}`;
  }
  if (issue.code === 'invalid_key')
    return `${where} has a name that is not taken: it must be ${plain(issue.issues[0]?.message ?? 'another')}`;
  const found = valueAt(path, root);
  if (found === undefined) return `${where} is missing (${plain(issue.message)})`;
  if (found === null) return `${where} is empty, but must be ${plain(issue.message)}`;
  const shown = typeof found === 'object' ? (Array.isArray(found) ? 'a list' : 'a map') : JSON.stringify(found);
  return `${where} is ${shown.length > 60 ? `${shown.slice(0, 57)}…` : shown}, but must be ${plain(issue.message)}`;
}

function valueAt(path: readonly PropertyKey[], root: unknown): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

/** zod's message without its preamble: people read what is wanted. */
function plain(message: string): string {
  return message
    .replace(/^Invalid (input|option): expected /, '')
    .replace(/, received .*$/, '')
    .replace(/^object$/, 'a map')
    .replace(/^array$/, 'a list')
    .replace(/^Invalid string: must match pattern/, 'of the form');
}
