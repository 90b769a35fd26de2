import { quoted } from './command-line.ts';
import { hintParts } from './hint.ts';

/** So many flags in a row are each shown as a whole command; of more, the first. */
const SHOWN_WHOLE = 3;

/** A release that was probably meant. */
const MEANT = /^did you mean (\S+)\?$/;

/**
 * Hints that name only a flag (they begin with `--`) become the command as it was typed, with that flag in it, so that the next
 * command can be pasted as it is; so does a release that was probably meant. What is said of a flag is said of the command.
 * @param typed the words after `relctl`
 * @param said the message of the error; of a flag that was given several times, only what it names is replaced
 */
export function wholeCommands(hints: readonly string[], typed: readonly string[], said: string): readonly string[] {
  const flags = hints.filter(isFlag);
  const whole = new Set(flags.slice(0, flags.length > SHOWN_WHOLE ? 1 : SHOWN_WHOLE));
  return hints.flatMap((hint) => {
    const meant = MEANT.exec(hint)?.[1];
    if (meant !== undefined) return [corrected(typed, meant, said) ?? hint];
    if (!whole.has(hint)) return [hint];
    const { command: flag = '', words } = hintParts(hint);
    const command = ['relctl', ...without(typed, flag, said).map(quoted), flag].join(' ');
    return [words === undefined ? command : `${command}   ${words}`];
  });
}

function isFlag(hint: string): boolean {
  return /^--[a-z]/.test(hint);
}

/** What was typed, with the id that was meant in the place of the one that the error names. */
function corrected(typed: readonly string[], meant: string, said: string): string | undefined {
  const isNamed = (word: string) => `${said} `.includes(` ${word} `) || said.includes(JSON.stringify(word));
  if (!typed.some(isNamed)) return undefined;
  const words = typed.filter((word) => word !== '--json');
  return ['relctl', ...words.map((word) => quoted(isNamed(word) ? meant : word))].join(' ');
}

/** What was typed, without the flags that a hint gives. */
function without(typed: readonly string[], hint: string, said: string): readonly string[] {
  const names: readonly string[] = hint.replace(/'[^']*'|"[^"]*"/g, 'text').match(/(?<=^| )--[a-z-]+(?= \S)/g) ?? [];
  const dropped = new Set(
    [...new Set(names)].flatMap((name) => {
      const given = placesOf(typed, name);
      const named = given.filter(({ value }) => value !== '' && said.includes(value));
      const isOneOfMany = named.length > 0 && names.filter((other) => other === name).length === 1;
      return (isOneOfMany ? named : given).flatMap(({ at }) => at);
    }),
  );
  // `--no-debt` says the contrary of every `--debt`.
  const [, contrary] = /^--no-([a-z-]+)$/.exec(hint) ?? [];
  if (contrary !== undefined)
    for (const { at } of placesOf(typed, `--${contrary}`)) for (const one of at) dropped.add(one);
  // How an answer is printed is no part of what is given next.
  return typed.filter((word, at) => !dropped.has(at) && word !== '--json');
}

/** Where a flag stands in what was typed, with its value. */
function placesOf(
  typed: readonly string[],
  flag: string,
): readonly { readonly at: readonly number[]; readonly value: string }[] {
  return typed.flatMap((word, at) => {
    const [name, inline] = word.split(/=(.*)/s);
    if (name !== flag) return [];
    return [inline === undefined ? { at: [at, at + 1], value: typed[at + 1] ?? '' } : { at: [at], value: inline }];
  });
}
