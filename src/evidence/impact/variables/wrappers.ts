/** How a function makes the name of a variable from its argument: `${prefix}NAME${suffix}`. */
export interface NameForm {
  readonly prefix: string;
  readonly suffix: string;
}

/** A function that asks for the very name that it is given. */
export const PLAIN: NameForm = { prefix: '', suffix: '' };

/** What is called after the environment, with the bracket that opens. */
const ENVIRONMENT = String.raw`\b[\w.$]{0,100}env(?:iron(?:mentVariable)?)?(?:\.(?:get|fetch))?\s*[([]\s*`;
/** Parts of a variable's name. */
const PART = '[A-Z0-9_]{1,40}';
/** `os.Getenv(key)`, `os.environ[key]`, `process.env[key]`, `os.getenv("SHOP_" + key + "_FILE")`. */
const HANDED_ON = new RegExp(
  String.raw`${ENVIRONMENT}(?:(["'])(?<prefix>${PART})\1\s*\+\s*)?(?<name>[a-z_]\w*)(?:\s*\+\s*(["'])(?<suffix>${PART})\4)?\s*[)\],]`,
  'gi',
);
/** `os.environ.get(f"SHOP_{key}_FILE")`, `` process.env[`${key}_FILE`] ``, `ENV["#{key}_FILE"]`. */
const FILLED_IN = new RegExp(
  String.raw`${ENVIRONMENT}f?(["'\x60])(?<prefix>(?:${PART})?)[$#]?\{(?<name>[a-z_]\w*)\}(?<suffix>(?:${PART})?)\1\s*[)\],]`,
  'gi',
);
/** A function with its name and its parameters, as most languages write one. */
const DEFINED =
  /(?:\b(?:func|function|def|fun|fn|const|let)\s+(?:\([^()]*\)\s*)?|\b(?:private|public|static)\s+[\w<>]+\s+)([A-Za-z_]\w*)\s*(?:=\s*(?:async\s*)?)?\(([^()]*)\)/g;
/** How far above its reading a function of this kind begins. */
const REACH = 1000;

/**
 * Functions of a file that hand one of their arguments to the environment, whatever they are called, with the names that they make of it: one that
 * reads `NAME_FILE` where that is set reads `NAME` otherwise, so an ending adds a name, while a beginning replaces it.
 */
export function wrappersIn(text: string): ReadonlyMap<string, readonly NameForm[]> {
  const found = new Map<string, NameForm[]>();
  for (const match of [...text.matchAll(HANDED_ON), ...text.matchAll(FILLED_IN)]) {
    const { prefix = '', name = '', suffix = '' } = match.groups ?? {};
    if (`${prefix}${suffix}` !== `${prefix}${suffix}`.toUpperCase()) continue;
    const before = text.slice(Math.max(0, match.index - REACH), match.index);
    const [, called = '', parameters = ''] = [...before.matchAll(DEFINED)].at(-1) ?? [];
    if (!new RegExp(`\\b${name}\\b`).test(parameters)) continue;
    const forms = found.get(called) ?? [];
    for (const form of [
      { prefix, suffix: '' },
      { prefix, suffix },
    ])
      if (!forms.some((one) => one.prefix === form.prefix && one.suffix === form.suffix)) forms.push(form);
    found.set(called, forms);
  }
  return found;
}
