import type { Block } from '../domain/outcome/outcome.ts';

/**
 * Asks a person. Each question names the flag that answers it, so that without a terminal the error can say which one is
 * missing (`usage.missing-answer`). Interrupting is `answer.interrupted`.
 */
export interface Prompter {
  /** True when a person can answer. */
  readonly interactive: boolean;
  /** Shows what a person should have seen before the next question; nothing where nobody can answer. */
  show(blocks: readonly Block[]): Promise<void>;
  confirm(
    question: Question & {
      readonly default: boolean /** --yes never answers an approval. */;
      readonly approval: boolean;
    },
  ): Promise<boolean>;
  text(question: Question & { readonly default?: string; readonly validate?: Validate }): Promise<string>;
  select<T extends string>(
    question: Question & { readonly choices: readonly Choice<T>[]; readonly default?: T },
  ): Promise<T>;
  selectMany<T extends string>(
    question: Question & { readonly choices: readonly Choice<T>[]; readonly min: number },
  ): Promise<readonly T[]>;
}

/** Says what is wrong with an answer, which is then asked for again. */
export type Validate = (answer: string) => true | string | Promise<true | string>;

/** What is asked. */
export interface Question {
  readonly message: string;
  /** The flag that answers it, such as `--decision`. */
  readonly flag: string;
}

/** One of several answers. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
  readonly disabled?: string;
}
