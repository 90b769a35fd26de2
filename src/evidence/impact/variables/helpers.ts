import { UPPER_NAME, type UseCollector } from './use.ts';

/** A call with a literal first argument: the dotted name of what is called, and the argument. */
const CALL =
  /(?<called>[\w$.]*[eE][nN][vV][\w$.]*(?:::\w+)*[!?]?)\s*(?:<[^<>()]{0,40}>)?\(\s*(?<quote>["'`])(?<name>[A-Z][A-Z0-9_]+)\k<quote>/g;

/** Parts of a name that write a variable, or that only contain the letters. */
const NOT_A_READ =
  /^(set(?!tings?$)|unset|put|stub|mock|delete|remove|clear|restore|is_?env|expect|describe|print|log$|throw|with_?env|envelop|envoy)/i;

/**
 * Calls of anything that is called after the environment with an upper-case literal: `getenv("X")`, `os.Getenv("X")`,
 * `System.getenv("X")`, `Environment.GetEnvironmentVariable("X")`, `Deno.env.get("X")`, `ENV.fetch("X")`, `env.bool("X")`,
 * `System.fetch_env!("X")`, and each team's own `requireEnv("X")` or `mustEnv("X")`.
 *
 * The standard library of every language names its reader so; a team's own helper takes the same argument.
 */
export function addHelperCalls(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(CALL)) {
    const { called = '', name = '' } = match.groups ?? {};
    const parts = called.split(/\.|::/).filter((part) => part !== '');
    if (!UPPER_NAME.test(name) || parts.some((part) => NOT_A_READ.test(part))) continue;
    // `.env("X", value)` gives a child process a variable (Rust, Java builders).
    const end = match.index + match[0].length;
    const isBuilder = called.startsWith('.') && parts.length === 1 && parts[0] === 'env';
    if (isBuilder && /^\s*,/.test(text.slice(end, end + 40))) continue;
    const value = /^\s*,\s*("[^"\n]*"|'[^'\n]*'|-?\d[\w.]*|true|false|True|False)/.exec(
      text.slice(end, end + 200),
    )?.[1];
    uses.add(name, match.index + match[0].lastIndexOf(name), 'read', value === undefined ? {} : { value });
  }
}

/** Notes every upper-case string literal of a list of arguments. */
export function addLiterals(text: string, offset: number, uses: UseCollector): void {
  for (const match of text.matchAll(/["'`]([A-Z][A-Z0-9_]+)["'`]/g)) {
    uses.add(match[1] ?? '', offset + match.index, 'read');
  }
}
