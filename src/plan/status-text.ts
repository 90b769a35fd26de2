import { RelctlError } from '../errors.ts';
import type { RecordedEvent } from './events.ts';
import { decodeGuarded, fromGit, lineAt, tooLarge, UNCLEAN, YAML_LIMITS } from './guard.ts';

/**
 * The text of `status`, which relctl alone writes: one event a line, so that git shows one added line per event. There is
 * exactly one text for one status; any other text was not written by relctl and is refused, whatever it means.
 */
export interface StatusContent {
  readonly phase: string;
  readonly head: string;
  readonly events: readonly RecordedEvent[];
}

/** Events are flat; a few levels suffice for every type that is recorded. */
const MAX_DEPTH = 20;

const OPENING = 'status: # written by relctl; edited by hand, the history no longer verifies\n';

/** Writes the one text of a status. */
export function writeStatus(status: StatusContent): string {
  const lines = status.events.map((event) => `    - ${lineOf(event)}\n`);
  return `${OPENING}  phase: ${status.phase}\n  head: ${status.head}\n  events:\n${lines.join('')}`;
}

/** Lines of events: an event never changes, and a deployment writes its history again with each record. */
const written = new WeakMap<RecordedEvent, string>();

function lineOf(event: RecordedEvent): string {
  const known = written.get(event);
  if (known !== undefined) return known;
  const line = visible(JSON.stringify(orderedEvent(event)));
  written.set(event, line);
  return line;
}

/**
 * JSON with escapes for the characters that a plan may not hold as such: what other programs said is recorded, whatever it was.
 * They occur within strings only.
 */
function visible(json: string): string {
  return json.replace(UNCLEAN_ALL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const UNCLEAN_ALL = new RegExp(UNCLEAN.source, 'g');

/**
 * The bytes of a plan as clean text, in its two halves. Errors: `plan.too-large`, also of what people write alone, which the YAML parser reads;
 * `plan.yaml-syntax`.
 */
export function decodePlan(
  bytes: Uint8Array,
  file: string,
): { readonly text: string; readonly head: string; readonly status: string } {
  const text = decodeGuarded(bytes, file);
  const { head, status } = splitDocument(text);
  if (head.length > YAML_LIMITS.bytes) throw tooLarge(file, YAML_LIMITS.bytes, ' above its history');
  return { text, head, status };
}

/** Splits a document into what people write and the text of `status`; the latter is empty in a plan that has no history yet. */
export function splitDocument(text: string): { readonly head: string; readonly status: string } {
  const start = text.startsWith('status:') ? 0 : text.indexOf('\nstatus:') + 1;
  return start === 0 && !text.startsWith('status:')
    ? { head: text, status: '' }
    : { head: text.slice(0, start), status: text.slice(start) };
}

/**
 * Reads the text of `status`. Errors: `plan.chain-broken` with the line.
 * @param firstLine its 1-based line in the file
 * @param known events that were read before: where the text begins with them, letter for letter, they are what it says
 */
export function readStatus(
  status: string,
  file: string,
  firstLine: number,
  known: readonly RecordedEvent[] = [],
): StatusContent | undefined {
  if (status === '') return undefined;
  const parsed =
    /^status: #[^\n]*\n {2}phase: ([a-z-]+)\n {2}head: ([0-9a-f]{64})\n {2}events:\n((?: {4}- \{.*\}\n)*)$/.exec(
      status,
    );
  if (!parsed) throw notOurs(file, firstLine, 'status is not laid out as relctl writes it');
  const [, phase = '', head = '', body = ''] = parsed;
  const events: RecordedEvent[] = [];
  for (const [index, line] of body.split('\n').slice(0, -1).entries()) {
    const json = line.slice('    - '.length);
    const before = known[index];
    if (before !== undefined && events.length === index && lineOf(before) === json) {
      events.push(before);
      continue;
    }
    // Writing and hashing walk down recursively: 100 KB of `[` would run out of stack.
    if (jsonDepth(json) > MAX_DEPTH) throw notOurs(file, firstLine + 4 + index, `event ${index + 1} nests too deep`);
    try {
      events.push(JSON.parse(json) as RecordedEvent);
    } catch {
      throw notOurs(file, firstLine + 4 + index, `event ${index + 1} is not readable`);
    }
  }
  const content = { phase, head, events };
  const canonical = writeStatus(content);
  if (canonical !== status) {
    throw notOurs(
      file,
      firstLine + lineAt(status, firstDifference(canonical, status)) - 1,
      'status was edited by hand',
    );
  }
  return content;
}

/** How deep brackets and braces nest in a JSON text, those within strings aside; linear, whatever the text is. */
function jsonDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < json.length; i += 1) {
    const character = json[i];
    if (character === '"') inString = !inString;
    else if (inString) i += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function orderedEvent(event: RecordedEvent): object {
  const { seq, at, actor, type, data, simulated, prev, hash, ...rest } = event;
  return { seq, at, actor, type, data, ...(simulated === undefined ? {} : { simulated }), prev, hash, ...rest };
}

function firstDifference(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return i;
  return length;
}

function notOurs(file: string, line: number, problem: string): RelctlError {
  return new RelctlError('plan.chain-broken', `${file}: ${problem}`, {
    place: { file, line },
    why: 'Approvals and the record of what was done are only worth something if nobody can change them afterwards.',
    hints: fromGit(file),
  });
}
