import { addGoneThrough } from './gone-through.ts';
import {
  isOptional,
  laterDefault,
  literalDefault,
  outerDefault,
  switchedDefault,
  UPPER_NAME,
  type UseCollector,
} from './use.ts';
import { PLAIN, wrappersIn } from './wrappers.ts';

/** How far behind its reading a default is looked for. */
const LATER = 800;

/** What a call is told of its surroundings before anything else: `ctx`, `r.Context()`, `context.Background()`, `logger`. */
const SURROUNDINGS = String.raw`[\w.]{0,60}(?:[cC]tx|[cC]ontext|[lL]ogger|\blog)(?:\.\w{1,40})?(?:\(\s*\))?`;
/** A call's bracket with an upper-case literal as its first argument, but for those. */
const ARGUMENT = new RegExp(String.raw`\(\s*(?:${SURROUNDINGS}\s*,\s*)?(["'\`])([A-Z][A-Z0-9_]+)\1`, 'g');
/** The dotted name of what is called, behind which a type argument may stand. */
const CALLED = /([\w$.]*(?:::\w+)*[!?]?)\s*(?:<[^<>()]{0,40}>)?$/;

/** What languages themselves call the environment, as against a function of a program's own. */
const LIBRARY = /^(?:os|process|System|Deno|Bun|std|Environment|ENV|env)(?:\.|::)|\benviron\./;

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
  addGoneThrough(text, uses);
  const own = wrappersIn(text);
  for (const match of text.matchAll(ARGUMENT)) {
    const name = match[2] ?? '';
    const called = CALLED.exec(text.slice(Math.max(0, match.index - 120), match.index))?.[1] ?? '';
    const parts = called.split(/\.|::/).filter((part) => part !== '');
    // `os.environ.get("X")` is no call of a function of the file that is called `get` too.
    const forms = LIBRARY.test(called) ? undefined : own.get(parts.at(-1) ?? '');
    const isNamed = /env(?!elop|oy)/i.test(called) || forms !== undefined;
    if (!isNamed || !UPPER_NAME.test(name) || !isReader(called)) continue;
    if (parts.some((part) => NOT_A_READ.test(part))) continue;
    // `.env("X", value)` gives a child process a variable (Rust, Java builders).
    const end = match.index + match[0].length;
    if (called === '.env' && /^\s*,/.test(text.slice(end, end + 40))) continue;
    const rest = text.slice(end, end + 200);
    const before = text.slice(Math.max(0, match.index - 120), match.index).replace(/[\w$.]*(?:::\w+)*$/, '');
    const below = text.slice(end, end + LATER);
    const value =
      literalDefault(rest, true) ??
      outerDefault(before, rest, true) ??
      (isOptional(before, rest) ? '' : (laterDefault(before, below) ?? switchedDefault(before, below)));
    const at = match.index + match[0].lastIndexOf(name);
    const given = value === undefined ? {} : { value };
    for (const { prefix, suffix } of forms ?? [PLAIN])
      uses.add(`${prefix}${name}${suffix}`, at, 'read', suffix === '' ? given : { value: '' });
  }
}

/** `const EnvIssuer = "SHOP_ISSUER"`, `static final String ENV_ISSUER = "SHOP_ISSUER"`, `const issuerEnvVar = "SHOP_ISSUER"`. */
const NAMED_CONSTANT =
  /\b(?:ENV_\w+|[eE]nv[A-Z]\w*|\w+(?:_ENV|_ENV_(?:VAR|NAME|KEY)|Env|Env(?:Var|Name|Key)))\s*(?:string\s*)?=\s*"([A-Z][A-Z0-9_]+)"/g;
/** Names of stages, which constants of the environment hold too. */
const STAGE = /^(PROD(UCTION)?|DEV(ELOPMENT)?|TEST(ING)?|STAGING|LOCAL|QA|UAT|SANDBOX|DEBUG|RELEASE|DEFAULT|DOCKER)$/;

/** Constants that are called after the environment and hold a variable's name: whoever reads it may stand in another file. */
export function addNamedConstants(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(NAMED_CONSTANT)) {
    const name = match[1] ?? '';
    if (!STAGE.test(name)) uses.add(name, match.index + match[0].lastIndexOf(name), 'read', { isReadElsewhere: true });
  }
}

/** `const PROXY_ENV_VARS = ["HTTP_PROXY", "https_proxy"]`: a list that is called after the environment and is gone through elsewhere. */
const NAMED_LIST =
  /\b(?:ENV_\w+|\w+_ENV(?:_\w+)?|env(?:Vars|Names|Keys)|\w+Env(?:Vars|Names|Keys))\s*(?::\s*[\w[\]<>, ]{1,40})?\s*=\s*(?:\[\]string\s*)?[[({]\s*((?:["'][A-Za-z_]\w*["']\s*,?\s*)+)[\])}]/g;

/** Names in lists that are called after the environment. */
export function addNamedLists(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(NAMED_LIST)) {
    const at = match.index + match[0].indexOf(match[1] ?? '');
    for (const one of (match[1] ?? '').matchAll(/["']([A-Za-z]\w*_\w+)["']/g))
      uses.add(one[1] ?? '', at + one.index, 'read', { isReadElsewhere: true });
  }
}

/** Notes every upper-case string literal of a list of arguments. */
export function addLiterals(text: string, offset: number, uses: UseCollector): void {
  for (const match of text.matchAll(/["'`]([A-Z][A-Z0-9_]+)["'`]/g)) {
    uses.add(match[1] ?? '', offset + match.index, 'read');
  }
}
