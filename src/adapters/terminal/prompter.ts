import type { Readable, Writable } from 'node:stream';
import { RelctlError } from '../../errors.ts';
import type { Choice, Prompter, Question, Validate } from '../../ports/prompter.ts';
import type { Style } from '../../renderers/style.ts';
import { cleanLine } from '../../text/clean.ts';
import { command, quoted } from '../../text/command-line.ts';
import { fitted } from './fitted.ts';

/** What the prompter works with. */
export interface PrompterOptions {
  /** Node opens it when it is first looked at, so it is looked at with the first question. */
  readonly stdin: () => Readable;
  /** Where questions are drawn: stderr, because results go to stdout. */
  readonly output: Writable;
  readonly style: Style;
  /** `--yes`: answers every confirmation with yes, except approvals. It answers nothing else. */
  readonly yes: boolean;
  /** Whether a person can answer: both streams are a terminal and nothing says otherwise. */
  readonly interactive: boolean;
  /** Awaited before a question is drawn, so that progress and questions never draw over each other. */
  readonly settle?: () => Promise<void>;
}

/** What inquirer's prompts take, beside the message. */
type Definition =
  | { readonly type: 'confirm'; readonly default: boolean }
  | { readonly type: 'input'; readonly default?: string; readonly validate?: Validate }
  | { readonly type: 'select'; readonly choices: readonly object[]; readonly default?: string }
  | {
      readonly type: 'checkbox';
      readonly choices: readonly object[];
      readonly validate: (chosen: readonly unknown[]) => true | string;
    };

/** A prompter that knows which words of a command line give what was answered until now; a command to be pasted needs them. */
export interface TerminalPrompter extends Prompter {
  readonly answered: readonly string[];
}

/** Asks the person at the terminal, with inquirer. */
export function createPrompter(given: PrompterOptions): TerminalPrompter {
  const { yes, interactive } = given;
  const options: Asking = { ...given, answered: [] };

  return {
    interactive,
    answered: options.answered,
    show: async (blocks) => {
      if (!interactive) return;
      await options.settle?.();
      const { renderBlocks } = await import('../../renderers/human.ts');
      options.output.write(`\n${renderBlocks(blocks, options.style)}\n`);
    },
    confirm: async (question) => {
      if (yes && !question.approval) return true;
      const preset = question.approval ? false : question.default;
      return (await ask(question, { type: 'confirm', default: preset }, options)) === true;
    },
    text: async (question) => {
      const { validate } = question;
      const definition: Definition = {
        type: 'input',
        ...(question.default === undefined ? {} : { default: question.default }),
        ...(validate === undefined ? {} : { validate: (answer: string) => validate(answer.trim()) }),
      };
      return String(await ask(question, definition, options)).trim();
    },
    select: async <T extends string>(
      question: Question & { readonly choices: readonly Choice<T>[]; readonly default?: T },
    ) => {
      const definition: Definition = {
        type: 'select',
        choices: question.choices.map((one) => choice(one, given.style.columns, 1)),
        ...(question.default === undefined ? {} : { default: question.default }),
      };
      return (await ask(question, definition, options)) as T;
    },
    selectMany: async <T extends string>(
      question: Question & { readonly choices: readonly Choice<T>[]; readonly min: number },
    ) => {
      const definition: Definition = {
        type: 'checkbox',
        choices: question.choices.map((one) => choice(one, given.style.columns, 2)),
        validate: (chosen) => chosen.length >= question.min || `choose at least ${question.min}`,
      };
      return (await ask(question, definition, options)) as readonly T[];
    },
  };
}

/** A choice as inquirer takes it, behind a mark of so many columns. */
function choice({ value, label, hint, disabled }: Choice<string>, columns: number, marked: number): object {
  const mark = '-'.repeat(marked);
  const name = fitted(mark, cleanLine(label), columns);
  return {
    value,
    name,
    short: cleanLine(label),
    ...(hint === undefined ? {} : { description: fitted('', cleanLine(hint), columns) }),
    ...(disabled === undefined ? {} : { disabled: fitted(`${mark} ${name}`, cleanLine(disabled), columns) }),
  };
}

/** The message, with room for what inquirer writes behind it, and how the answer goes on from there. */
function drawn(question: Question, definition: Definition, { style }: Asking): object {
  const { type } = definition;
  const preset = type === 'confirm' ? 'y/N' : type === 'input' ? definition.default : undefined;
  const room = preset === undefined ? 0 : ` (${preset})`.length;
  const message = fitted('?', cleanLine(question.message), style.columns, room);
  return {
    message,
    theme: {
      style: {
        answer: (text: string) => style.paint.accent(fitted(`? ${message}`, text, style.columns)),
        error: (text: string) => style.paint.bad(['>', fitted('>', text, style.columns)].join(' ')),
      },
    },
  };
}

/** Each is imported with its first question; inquirer as a whole brings an editor and its tables of encodings along. */
const PROMPTS = {
  confirm: async () => (await import('@inquirer/confirm')).default,
  input: async () => (await import('@inquirer/input')).default,
  select: async () => (await import('@inquirer/select')).default,
  checkbox: async () => (await import('@inquirer/checkbox')).default,
} as const;

/** What the prompter works with, and the words that would give what was answered until now. */
type Asking = PrompterOptions & { readonly answered: string[] };

async function ask(question: Question, definition: Definition, options: Asking): Promise<unknown> {
  if (!options.interactive) throw missingAnswer(question, definition);
  await options.settle?.();
  const stdin = options.stdin();
  // A closed input (Ctrl-D, a terminal that went away) leaves inquirer waiting for ever, and the process would end as if
  // all were well; so the end of the input ends the question.
  const closed = new AbortController();
  const onClosed = (): void => closed.abort();
  const events = ['end', 'close', 'pause'] as const;
  for (const event of events) stdin.once(event, onClosed);
  try {
    const { type, ...how } = definition;
    const prompt = await PROMPTS[type]();
    const answer: unknown = await prompt({ ...how, ...drawn(question, definition, options) } as never, {
      input: stdin as NodeJS.ReadStream,
      output: options.output as NodeJS.WriteStream,
      signal: closed.signal,
    });
    // A confirmation is given to what stands on the screen, and given anew the next time.
    if (type !== 'confirm') options.answered.push(...asFlags(question.flag, answer));
    return answer;
  } catch (error) {
    throw wasInterrupted(error) ? interrupted(question, options.answered) : error;
  } finally {
    for (const event of events) stdin.removeListener(event, onClosed);
  }
}

function missingAnswer(question: Question, definition: Definition): RelctlError {
  return new RelctlError(
    'usage.missing-answer',
    `no answer to “${cleanLine(question.message)}”: ${question.flag} is missing`,
    {
      why: 'There is no terminal on which somebody could be asked.',
      hints: answering(question, definition),
      data: { flag: question.flag },
    },
  );
}

/** The flag with each of its choices, or with room for a text. What is no flag is written where it says. */
function answering({ flag }: Question, definition: Definition): readonly string[] {
  if (!flag.startsWith('--')) return [`write ${flag}`];
  if (flag.includes(' ') || definition.type === 'confirm') return [flag];
  if (definition.type === 'input') return [`${flag} "<text>"`];
  const choices = definition.choices as readonly { readonly value: string; readonly disabled?: string }[];
  const open = choices.filter((one) => one.disabled === undefined);
  return open.length === 0 ? [flag] : open.map(({ value }) => `${flag} ${quoted(value)}`);
}

/** The flags that give an answer: the flag names a value in angle brackets, or shows one, or is a choice. */
function asFlags(flag: string, answer: unknown): readonly string[] {
  const [name = ''] = flag.split(' ');
  // What has no flag is written into a file, and is asked again.
  if (!name.startsWith('--')) return [];
  return (Array.isArray(answer) ? answer : [answer])
    .map((one) => String(one).trim())
    .filter((one) => one !== '')
    .flatMap((one) => {
      const wanted = /^--\S+ '?([^<']*)<[^>]*>'?$/.exec(flag);
      return [name, `${wanted?.[1] ?? ''}${one}`];
    });
}

function interrupted(question: Question, answered: readonly string[]): RelctlError {
  return new RelctlError('answer.interrupted', `“${cleanLine(question.message)}” was not answered`, {
    why: 'Nothing is done without an answer.',
    hints: [
      answered.length === 0 ? 'run the command again' : command`${answered}`,
      `a flag answers it beforehand: ${question.flag}`,
    ],
    data: { flag: question.flag },
  });
}

function wasInterrupted(error: unknown): boolean {
  return error instanceof Error && ['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(error.name);
}
