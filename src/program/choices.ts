import type { Flags } from '../commands/command.ts';
import { RelctlError } from '../errors.ts';
import { nearest } from '../text/nearest.ts';
import type { OptionEntry } from './entry.ts';

/** The values that a flag takes where its entry names them all: `--decision <go|no-go>`. */
export function choicesOf(flags: string): readonly string[] {
  return /<([a-z-]+(?:\|[a-z-]+)+)>/.exec(flags)?.[1]?.split('|') ?? [];
}

/**
 * Refuses a value that a flag does not take, before the command opens anything or asks its first question.
 * @throws RelctlError `usage.bad-flag`
 */
export function checkChoices(options: readonly OptionEntry[], given: Flags): void {
  for (const [flags] of options) {
    const choices = choicesOf(flags);
    const name = /^--([a-z-]+)/.exec(flags)?.[1] ?? '';
    const value = given[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    if (choices.length === 0 || typeof value !== 'string' || choices.includes(value)) continue;
    const likely = nearest(value, choices);
    throw new RelctlError('usage.bad-flag', `--${name} is "${value}", which is not one of its values`, {
      why: 'relctl does not guess what an unknown value means. Nothing was done.',
      hints: [...likely, ...choices.filter((one) => !likely.includes(one))].map((one) => `--${name} ${one}`),
    });
  }
}
