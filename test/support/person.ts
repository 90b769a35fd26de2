import type { Block } from '../../src/domain/outcome/outcome.ts';
import type { Choice, Prompter, Question } from '../../src/ports/prompter.ts';

/** What went over the screen of a person: what was shown, what was asked, and what was said of an answer that is none. */
export type Seen =
  | { readonly shown: string }
  | { readonly asked: string; readonly default?: string | undefined }
  | { readonly refused: string };

/**
 * A person at a terminal who has these answers ready, by the beginning of the flag that would give them: one after the other, as
 * often as it is asked again. An answer of `undefined` takes the default.
 */
export function person(answers: Readonly<Record<string, readonly (string | boolean | undefined)[]>>): {
  readonly prompter: Prompter;
  readonly seen: readonly Seen[];
} {
  const seen: Seen[] = [];
  const left = new Map(Object.entries(answers).map(([flag, given]) => [flag, [...given]]));
  const next = (question: Question & { readonly default?: unknown }): string | boolean => {
    const ready = [...left].find(([flag]) => question.flag.startsWith(flag))?.[1];
    if (ready === undefined || ready.length === 0) throw new Error(`nobody expected “${question.message}”`);
    return (ready.shift() ?? question.default) as string | boolean;
  };
  const ask = (question: Question & { readonly default?: unknown }): void => {
    seen.push({
      asked: question.message,
      ...(typeof question.default === 'string' ? { default: question.default } : {}),
    });
  };
  const prompter: Prompter = {
    interactive: true,
    show: async (blocks: readonly Block[]) => void seen.push({ shown: JSON.stringify(blocks) }),
    confirm: async (question) => {
      ask(question);
      return next(question) === true;
    },
    text: async (question) => {
      ask(question);
      for (;;) {
        const answer = String(next(question));
        const verdict = (await question.validate?.(answer)) ?? true;
        if (verdict === true) return answer;
        seen.push({ refused: verdict });
      }
    },
    select: async <T extends string>(
      question: Question & { readonly choices: readonly Choice<T>[]; readonly default?: T },
    ) => {
      ask(question);
      const answer = next(question);
      const choice = question.choices.find((one) => one.value === answer);
      if (choice === undefined) throw new Error(`${answer} is not offered`);
      if (choice.disabled !== undefined) throw new Error(`${answer} cannot be chosen: ${choice.disabled}`);
      return choice.value;
    },
    selectMany: async (question) => {
      throw new Error(`nobody expected “${question.message}”`);
    },
  };
  return { prompter, seen };
}
