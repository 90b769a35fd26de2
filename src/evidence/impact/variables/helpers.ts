import { isOptional, literalDefault, UPPER_NAME, type UseCollector } from './use.ts';

/** A call's bracket with an upper-case literal as its first argument. */
const ARGUMENT = /\(\s*(["'`])([A-Z][A-Z0-9_]+)\1/g;
/** The dotted name of what is called, behind which a type argument may stand. */
const CALLED = /([\w$.]*(?:::\w+)*[!?]?)\s*(?:<[^<>()]{0,40}>)?$/;

/** Parts of a name that write a variable. */
const NOT_A_READ =
  /^(set(?!tings?$)|unset|put|stub|mock|delete|remove|clear|restore|is_?env|expect|describe|print|log$|throw|with_?env)/i;

/**
 * Calls of anything that is called after the environment with an upper-case literal: `getenv("X")`, `os.Getenv("X")`,
 * `System.getenv("X")`, `Environment.GetEnvironmentVariable("X")`, `Deno.env.get("X")`, `ENV.fetch("X")`, `env.bool("X")`,
 * `System.fetch_env!("X")`, and each team's own `requireEnv("X")` or `mustEnv("X")`.
 *
 * The standard library of every language names its reader so; a team's own helper takes the same argument.
 * @param isReader a last say on the name of what is called
 */
export function addHelperCalls(
  text: string,
  uses: UseCollector,
  isReader: (called: string) => boolean = () => true,
): void {
  for (const match of text.matchAll(ARGUMENT)) {
    const name = match[2] ?? '';
    const called = CALLED.exec(text.slice(Math.max(0, match.index - 120), match.index))?.[1] ?? '';
    if (!/env(?!elop|oy)/i.test(called) || !UPPER_NAME.test(name) || !isReader(called)) continue;
    const parts = called.split(/\.|::/).filter((part) => part !== '');
    if (parts.some((part) => NOT_A_READ.test(part))) continue;
    // `.env("X", value)` gives a child process a variable (Rust, Java builders).
    const end = match.index + match[0].length;
    if (called === '.env' && /^\s*,/.test(text.slice(end, end + 40))) continue;
    const rest = text.slice(end, end + 200);
    const before = text.slice(Math.max(0, match.index - 120), match.index).replace(/[\w$.]*(?:::\w+)*$/, '');
    const value = literalDefault(rest) ?? (isOptional(before, rest) ? '' : undefined);
    uses.add(name, match.index + match[0].lastIndexOf(name), 'read', value === undefined ? {} : { value });
  }
}

/** Notes every upper-case string literal of a list of arguments. */
export function addLiterals(text: string, offset: number, uses: UseCollector): void {
  for (const match of text.matchAll(/["'`]([A-Z][A-Z0-9_]+)["'`]/g)) {
    uses.add(match[1] ?? '', offset + match.index, 'read');
  }
}
