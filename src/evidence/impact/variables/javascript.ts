import { blankSlashComments } from '../comments.ts';
import { addHelperCalls, addNamedLists } from './helpers.ts';
import { addSchemas, isSchemaPath } from './javascript-schemas.ts';
import { literalDefault, MOST_ALIASES, outerDefault, UseCollector, type VariableUse } from './use.ts';

/** Most files of a product have nothing to do with the environment; this tells so without reading them. */
const MAY_HAVE = /env|\bconfig(?:Service)?\s*\.\s*get|\bvalidationSchema\b/i;
/** Where JavaScript keeps the environment; bundlers and imports rename `process`. */
const ENVIRONMENT = /(?:[pP]rocess\d*|\bBun|\bimport\.meta)\s*[!?]?\s*\.\s*env\b/g;
/** What Vite itself puts into import.meta.env (vite.dev/guide/env-and-mode). */
const VITE_OWN = new Set(['MODE', 'DEV', 'PROD', 'SSR', 'BASE_URL']);
/** Constants that a bundler puts into `process.env` are written as other names of the language are (nextjs.org/docs, `env` of next.config). */
const CONSTANT = /^[a-z]+(?:[A-Z][a-z0-9]*)+$/;
/** Settings of what makes a bundle: they are read while it is made, and no later. */
const BUNDLER =
  /(^|\/)((webpack|rspack)\.[\w.-]+|(webpack|rspack|vite|rollup|rolldown|esbuild|tsup|parcel|babel|craco|metro|postcss|tailwind)[\w.-]*\.config|app\.config)\.[cm]?[jt]s$/;
const MEMBER = /^\s*[!?]?\s*\.\s*([A-Za-z_]\w*)/;
const INDEX = /^\s*[!?]?\.?\s*\[\s*(["'`])([A-Za-z_]\w*)\1\s*\]/;
/** A list of names that is longer is not read, or the same text would be read for each of its ends. */
const LONGEST_LIST = 4000;
/** Readers of other languages: a sample that is shown to people holds them. */
const OTHER_LANGUAGES =
  /^(?:os\.(?:[gG]etenv|LookupEnv|environ\b.*)|System\.getenv|Environment\.GetEnvironmentVariable|std::env::var)$/;
/** A call or an assignment is no read; `??=` and `==` are. */
const NOT_A_READ = /^\s*(?:\(|=(?![=>]))/;

/** Environment variables that a JavaScript or TypeScript file (also the script of a Vue or Svelte component) reads. */
export function javascriptVariables(source: string, path: string): VariableUse[] {
  if (!MAY_HAVE.test(source) && !isSchemaPath(path)) return [];
  const text = blankSlashComments(source, 'script');
  const uses = new UseCollector(text);
  const aliases = new Set<string>();
  for (const match of text.matchAll(ENVIRONMENT)) {
    const end = match.index + match[0].length;
    const before = text.slice(Math.max(0, match.index - 2000), match.index).replace(/(?<![\w$.?])[\w$.?]*$/, '');
    if (!addAccess(text, end, before, uses)) addWhole(match.index, before, uses, aliases);
  }
  for (const match of text.matchAll(/\b(\w+)\s*\??:\s*NodeJS\.ProcessEnv\b/g)) aliases.add(match[1] ?? '');
  if (/["']\$env\/dynamic\//.test(text)) aliases.add('env');
  for (const alias of [...aliases].slice(0, MOST_ALIASES)) addAlias(text, alias, uses);
  // SvelteKit's static modules export each variable by its name.
  for (const match of text.matchAll(
    /\bimport\s*\{([^{}]{0,5000})\}\s*from\s*["']\$env\/static\/(?:private|public)["']/g,
  )) {
    for (const name of (match[1] ?? '').matchAll(/\b([A-Z][A-Z0-9_]+)\b/g))
      uses.add(name[1] ?? '', match.index, 'read');
  }
  // k6 (grafana.com/docs/k6/latest/using-k6/environment-variables).
  uses.addMatches(text, /\b__ENV\s*\.\s*(?<name>[A-Za-z_]\w*)/g);
  addSchemas(text, path, uses);
  addNamedLists(text, uses);
  addHelperCalls(text, uses, (called) => !OTHER_LANGUAGES.test(called));
  const found = uses.uses.filter(({ name }) => !VITE_OWN.has(name) && !CONSTANT.test(name));
  return BUNDLER.test(path) ? found.map((use) => ({ ...use, buildTime: true })) : found;
}

/** `process.env.X`, `process.env['X']`. True when something was asked of the environment at this place. */
function addAccess(text: string, end: number, before: string, uses: UseCollector): boolean {
  const rest = text.slice(end, end + 300);
  const match = MEMBER.exec(rest) ?? INDEX.exec(rest);
  if (match === null) return /^\s*[!?]?\.?\s*\[/.test(rest);
  const behind = rest.slice(match[0].length);
  const name = match[2] ?? match[1] ?? '';
  if (NOT_A_READ.test(behind) || /\bdelete\s+$/.test(before)) return true;
  const value = literalDefault(behind, false) ?? outerDefault(before, behind, false);
  uses.add(name, end + match[0].indexOf(name), 'read', value === undefined ? {} : { value });
  return true;
}

/** The environment as a whole: taken apart, given a name, or asked for membership. */
function addWhole(at: number, before: string, uses: UseCollector, aliases: Set<string>): void {
  const membership = /(["'])([A-Z]\w*)\1\s+in\s+$/.exec(before);
  if (membership) uses.add(membership[2] ?? '', at, 'read');
  const target = /(\}|\b\w+)\s*(?::\s*[\w.<>, |]{1,60})?\s*=\s*$/.exec(before);
  if (target?.[1] === undefined) return;
  if (target[1] !== '}') {
    aliases.add(target[1]);
    return;
  }
  const list = before.slice(before.lastIndexOf('{', target.index) + 1, target.index);
  addDestructured(list, at - (before.length - target.index) - list.length, uses);
}

/** `{ A, B: local, C = 'default', ...rest }` */
function addDestructured(list: string, offset: number, uses: UseCollector): void {
  let at = offset;
  for (const item of list.split(',')) {
    const match = /^\s*(?:(["'])([A-Za-z_]\w*)\1|([A-Za-z_]\w*))\s*(?::\s*\w+)?\s*(?:=\s*(.+))?$/s.exec(item);
    const name = match?.[2] ?? match?.[3];
    const value = match?.[4]?.trim();
    if (name !== undefined) uses.add(name, at + item.indexOf(name), 'read', value === undefined ? {} : { value });
    at += item.length + 1;
  }
}

/** `const env = process.env` and parameters typed as an environment: upper-case members of it are variables. */
function addAlias(text: string, alias: string, uses: UseCollector): void {
  const own = String.raw`(?<![\w.$])${alias}`;
  const read = String.raw`(?!\w)(?!\s*\()(?!\s*=(?![=>]))`;
  uses.addMatches(text, new RegExp(String.raw`${own}\s*[!?]?\.\s*(?<name>[A-Z][A-Z0-9_]+)${read}`, 'g'));
  uses.addMatches(
    text,
    new RegExp(String.raw`${own}\s*\[\s*(["'])(?<name>[A-Z][A-Z0-9_]+)\1\s*\](?!\s*=(?![=>]))`, 'g'),
  );
  for (const match of text.matchAll(new RegExp(String.raw`\}\s*=\s*${alias}\s*(?=[;,)\n]|$)`, 'g'))) {
    const before = text.slice(Math.max(0, match.index - LONGEST_LIST), match.index);
    const list = before.slice(before.lastIndexOf('{') + 1);
    const isOfVariables = list.split(',').every((item) => /^\s*(\.\.\.\w+|[A-Z][A-Z0-9_]+\b.*)?\s*$/s.test(item));
    if (isOfVariables) addDestructured(list, match.index - list.length, uses);
  }
}
