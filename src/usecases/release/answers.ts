import { RelctlError } from '../../errors.ts';
import type { Choice, Prompter } from '../../ports/prompter.ts';
import { quoted } from '../../text/command-line.ts';
import { nearest } from '../../text/nearest.ts';

/**
 * Takes the answer from a flag where it was given, and asks otherwise, again and again until there is one.
 * @throws RelctlError `usage.missing-answer`, `answer.interrupted`; `usage.bad-flag` for a flag that is blank
 */
export async function textAnswer(
  prompter: Prompter,
  given: string | undefined,
  question: { readonly message: string; readonly flag: string; readonly default?: string },
): Promise<string> {
  checkText(given, question.flag);
  if (given === undefined) {
    return prompter.text({
      ...question,
      validate: (answer) => answer !== '' || 'somebody will read this: please write something',
    });
  }
  return given;
}

/**
 * Refuses a text of a flag that says nothing. What asks more than one question calls it before the first.
 * @throws RelctlError `usage.bad-flag`
 */
export function checkText(given: string | undefined, flag: string): void {
  if (given === undefined || given.trim() !== '') return;
  throw new RelctlError('usage.bad-flag', `${flag} is blank`, {
    why: 'It is recorded, and somebody will read it.',
    hints: [`${flag.split(' ')[0]} "<text>"`],
  });
}

/**
 * Asks for something that has to be read, again and again until it can be: each time it is said what is wrong.
 * @param read what the answer means; an error of usage is a reason to ask again
 * @throws RelctlError `usage.missing-answer`, `answer.interrupted`, and what `read` throws that no other answer mends
 */
export async function readAnswer<T>(
  prompter: Prompter,
  question: { readonly message: string; readonly flag: string; readonly default?: string },
  read: (answer: string) => T | Promise<T>,
): Promise<T> {
  let taken: { readonly answer: string; readonly value: T } | undefined;
  const answer = await prompter.text({
    ...question,
    validate: async (text) => {
      try {
        taken = { answer: text, value: await read(text) };
        return true;
      } catch (error) {
        // Anything else is thrown again below, with all that it says.
        return error instanceof RelctlError && isMendable(error) ? error.message : true;
      }
    },
  });
  return taken?.answer === answer ? taken.value : read(answer);
}

function isMendable({ kind, code }: RelctlError): boolean {
  return kind === 'usage' || code === 'review.incomplete';
}

/** The same for one of several choices. Errors: `usage.bad-flag` when the flag holds none of them. */
export async function choiceAnswer<T extends string>(
  prompter: Prompter,
  given: string | undefined,
  question: {
    readonly message: string;
    readonly flag: string;
    readonly choices: readonly Choice<T>[];
    readonly default?: T;
  },
): Promise<T> {
  if (given === undefined) return prompter.select(question);
  const choice = question.choices.find((one) => one.value === given);
  if (choice !== undefined) return choice.value;
  throw new RelctlError('usage.bad-flag', `${question.flag} is "${given}", which is not one of its values`, {
    why: 'relctl does not guess what an unknown value means.',
    hints: likelyFirst(given, question.choices).map((one) => `${question.flag} ${quoted(one.value)}${noteOf(one)}`),
  });
}

/** What a choice is, where its value does not say so. */
function noteOf({ value, label }: Choice<string>): string {
  return label.split(' ').length < 4 || label.startsWith(value) ? '' : `   ${label}`;
}

/** The choice that was probably meant, before the others. */
function likelyFirst<T extends string>(given: string, choices: readonly Choice<T>[]): readonly Choice<T>[] {
  const [likely] = nearest(
    given,
    choices.map((one) => one.value),
  );
  const first = choices.filter((one) => one.value === likely);
  return [...first, ...choices.filter((one) => one.value !== likely)];
}

/** An approval: the flag says yes or no; otherwise a person is asked, and no is the default. */
export async function approvalAnswer(
  prompter: Prompter,
  given: boolean | undefined,
  question: { readonly message: string; readonly flag: string },
): Promise<boolean> {
  return given ?? prompter.confirm({ ...question, default: false, approval: true });
}
