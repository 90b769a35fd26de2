import { sha256 } from '../../plan/digest.ts';

/** A text on a request with boxes and fields: what is posted for people to copy, and how it is read back. */

/** What can be asked of people on a request, by the word that each form begins with. What means to be one is known by it. */
export const HEADS = {
  branches: 'Choice of branches',
  cab: 'Ballot',
  qa: 'QA sign-off',
  ops: 'Operations sign-off',
  condition: 'Condition met',
  success: 'Success values',
  review: 'Post-release review',
} as const;

/** What a form decides or tells. */
export type FormAct = keyof typeof HEADS;

/** A line `Name: value`. */
export interface Field {
  readonly name: string;
  /** Once, and then it has to be there, or as often as needed. */
  readonly often: 'once' | 'any';
  /** The only values that it has, as people write them; anything where there are none. */
  readonly choices?: readonly string[];
  /** Lines of it that stand in the empty form; a value in parentheses is one that still has to be given. */
  readonly offered?: readonly string[];
}

/** A form, bound to what it is about by its number. */
export interface Form {
  readonly act: FormAct;
  readonly number: string;
  /** Title by key; the order is that on the form. */
  readonly boxes: ReadonlyMap<string, string>;
  readonly fields: readonly Field[];
}

/** A form that was filled in exactly. */
export interface Filled {
  /** By key, each box of the form. */
  readonly boxes: ReadonlyMap<string, boolean>;
  /** The only value of a field; one of its choices where it has some. */
  one(name: string): string;
  /** All values of a field, without those that nobody has given yet. */
  all(name: string): readonly string[];
  readonly comment: string;
}

/** A form that somebody may fill in now, and what it says then; a sentence where it contradicts itself. */
export interface Question<T> {
  readonly form: Form;
  /** Which condition, where it is one. */
  readonly about?: string;
  read(filled: Filled): T | string;
}

/** The number of a form: 32 hex digits over all that it is about. Whoever has that can compute it again. */
export function formNumber(about: readonly string[]): string {
  return sha256(about.join('\n')).slice(0, 32);
}

/** The lines that people copy, with every box open and nothing decided. */
export function emptyForm({ act, number, boxes, fields }: Form): readonly string[] {
  return [
    `${HEADS[act]}: ${number}`,
    ...[...boxes.values()].map((title) => `- [ ] ${title.replaceAll(/\s+/g, ' ').trim()}`),
    ...fields.flatMap((field) => offeredLines(field).map((value) => `${field.name}: ${value}`)),
    'Comment:',
  ];
}

function offeredLines({ often, choices, offered }: Field): readonly string[] {
  if (offered !== undefined) return offered;
  return often === 'once' ? [`(${(choices ?? []).join(' or ')})`] : [];
}

/** Lines of a text that are its writer's own: quoted ones are somebody else's, and those of a fence around a copied form are let be. */
export function ownLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => !/^\s*>/.test(line) && !/^\s*(```|~~~)\w*\s*$/.test(line));
}

/** Which of the forms a text means to be, whatever becomes of it: by the first head that stands in it. */
export function meantBy(lines: readonly string[], acts: readonly FormAct[]): FormAct | undefined {
  for (const line of lines) {
    const act = acts.find((one) => fieldIn(line, HEADS[one]) !== undefined);
    if (act !== undefined) return act;
  }
  return undefined;
}

/** The number that a text gives; a sentence where it gives two. */
export function numberIn(lines: readonly string[], act: FormAct): string | { readonly fault: string } {
  const [number = '', ...more] = lines.flatMap((line) => fieldIn(line, HEADS[act]) ?? []);
  return more.length === 0 ? number.toLowerCase() : { fault: 'it has two numbers' };
}

/**
 * Reads a form strictly: each line is one that it has, each box stands there once, each field as often as it may. Whatever is not exactly
 * that is a sentence that says what is wrong, and approves nothing.
 */
export function readForm(lines: readonly string[], form: Form): Filled | string {
  const boxes = new Map<string, boolean>();
  const values = new Map<string, string[]>();
  let comment = '';
  for (const [index, whole] of lines.entries()) {
    const line = whole.trim();
    if (line === '') continue;
    const said = fieldIn(line, 'Comment');
    if (said !== undefined) {
      // All that follows belongs to it; another field in there would be one that nobody reads.
      comment = [said, ...lines.slice(index + 1)].join('\n').trim();
      if (isMoreOf(comment, form)) return 'after its comment there is more of the form; the comment comes last';
      break;
    }
    const fault = readLine(line, form, boxes, values);
    if (fault !== undefined) return fault;
  }
  return complete(form, boxes, values) ?? filled(form, boxes, values, comment);
}

function readLine(line: string, form: Form, boxes: Map<string, boolean>, values: Map<string, string[]>) {
  const box = /^[-*] \[( |x|X)\] (.+)$/.exec(line);
  if (box !== null) {
    const written = plain(box[2] ?? '');
    const key = [...form.boxes].find(([, title]) => plain(title) === written)?.[0];
    if (key === undefined) return `the box "${box[2]}" is none of the form's`;
    if (boxes.has(key)) return `the box "${box[2]}" stands there twice`;
    boxes.set(key, box[1] !== ' ');
    return undefined;
  }
  if (fieldIn(line, HEADS[form.act]) !== undefined) return undefined;
  for (const { name } of form.fields) {
    const value = fieldIn(line, name);
    if (value === undefined) continue;
    values.set(name, [...(values.get(name) ?? []), value]);
    return undefined;
  }
  return `the line "${line.slice(0, 80)}" is none of the form's`;
}

function complete(
  { boxes: known, fields }: Form,
  boxes: ReadonlyMap<string, boolean>,
  values: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  for (const { name, often, choices } of fields) {
    const given = values.get(name) ?? [];
    if (often === 'once' && given.length > 1) return `the line "${name}:" stands there twice`;
    if (choices === undefined || often === 'any') continue;
    const [value = ''] = given;
    if (chosen(choices, value) !== undefined) continue;
    const which = choices.length === 2 ? `neither ${choices.join(' nor ')}` : `none of ${choices.join(', ')}`;
    return `its ${name.toLowerCase()} is "${value}", ${which}`;
  }
  const missing = [...known].filter(([key]) => !boxes.has(key)).map(([, title]) => title);
  return missing.length === 0 ? undefined : `the box for ${missing.join(', ')} is missing`;
}

function filled(
  { fields }: Form,
  boxes: ReadonlyMap<string, boolean>,
  values: ReadonlyMap<string, readonly string[]>,
  comment: string,
): Filled {
  const fieldOf = (name: string) => fields.find((one) => one.name === name);
  return {
    boxes,
    one(name) {
      const [value = ''] = values.get(name) ?? [];
      return chosen(fieldOf(name)?.choices ?? [], value) ?? value;
    },
    all: (name) => (values.get(name) ?? []).filter((value) => fieldOf(name)?.offered?.includes(value) !== true),
    comment,
  };
}

/** The boxes that are open, by their titles. */
export function openBoxes({ boxes: known }: Form, { boxes }: Filled): readonly string[] {
  return [...known].filter(([key]) => boxes.get(key) !== true).map(([, title]) => title);
}

function chosen(choices: readonly string[], value: string): string | undefined {
  return choices.find((one) => one.toLowerCase() === value.toLowerCase());
}

function isMoreOf(comment: string, { fields }: Form): boolean {
  const names = [...Object.values(HEADS), ...fields.map((one) => one.name), 'Decision', 'Comment'];
  const lines = comment.split('\n');
  return lines.some((line) => /^\s*[-*]\s*\[/.test(line) || names.some((name) => fieldIn(line, name) !== undefined));
}

/** What stands behind `Name:`; undefined in a line that does not begin with it. */
function fieldIn(line: string, name: string): string | undefined {
  const [, written = '', value = ''] = /^\s*([^:]*?)\s*:(.*)$/.exec(line) ?? [];
  return written.replaceAll(/\s+/g, ' ').toLowerCase() === name.toLowerCase() ? value.trim() : undefined;
}

/** A title as it is compared: people's editors may change case and white space, and nothing else. */
function plain(title: string): string {
  return title.replaceAll(/\s+/g, ' ').trim().toLowerCase();
}
