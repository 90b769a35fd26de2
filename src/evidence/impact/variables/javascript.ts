import { blankSlashComments } from '../comments.ts';
import { addHelperCalls } from './helpers.ts';
import { UPPER_NAME, UseCollector, type VariableUse } from './use.ts';

/** Where JavaScript keeps the environment. */
const ENVIRONMENT = String.raw`(?:(?:globalThis\??\.)?(?:process|Bun)\s*[!?]?\s*\.\s*env|import\.meta\.env)`;
/** Not a method call, not an assignment. */
const READ = String.raw`(?!\w)(?!\s*\()(?!\s*=(?![=>]))`;

const MEMBER = new RegExp(String.raw`(?<!delete\s+)\b${ENVIRONMENT}\s*[!?]?\s*\.\s*(?<name>[A-Za-z_]\w*)${READ}`, 'g');
const INDEX = new RegExp(
  String.raw`(?<!delete\s+)\b${ENVIRONMENT}\s*[!?]?\.?\s*\[\s*(?<quote>["'\`])(?<name>[A-Za-z_]\w*)\k<quote>\s*\](?!\s*=(?![=>]))`,
  'g',
);
const DESTRUCTURED = new RegExp(
  String.raw`\{(?<list>[^{}]*)\}\s*(?::[^=;{}]*)?=\s*${ENVIRONMENT}(?!\s*[!?]?\s*[.[\w])`,
  'g',
);
const MEMBERSHIP = new RegExp(String.raw`(?<quote>["'])(?<name>[A-Z]\w*)\k<quote>\s+in\s+${ENVIRONMENT}`, 'g');
const ALIAS = new RegExp(
  String.raw`\b(\w+)\s*(?::\s*[\w.<>, |]+?)?\s*=\s*${ENVIRONMENT}(?!\s*[!?]?\s*[.[\w])|\b(\w+)\s*\??:\s*NodeJS\.ProcessEnv\b`,
  'g',
);
/** What Vite itself puts into import.meta.env (https://vite.dev/guide/env-and-mode). */
const VITE_OWN = new Set(['MODE', 'DEV', 'PROD', 'SSR', 'BASE_URL']);

/** A key that is upper case, with a value that validates: zod, joi, yup, valibot, TypeBox, envalid, convict-like. */
const SCHEMA_KEY =
  /(?<=[{,\n]\s*)(?:(?<quote>["'])(?<quoted>[A-Z][A-Z0-9_]+)\k<quote>|(?<bare>[A-Z][A-Z0-9_]+))\s*:\s*(?:z|zod|Joi|joi|yup|Yup|v|t|Type|s|S|Schema|type)\s*\.|(?<=[{,\n]\s*)(?<envalid>[A-Z][A-Z0-9_]+)\s*:\s*(?:envalid\.)?(?:str|num|bool|port|url|host|email|json|makeValidator|env\w*)\(/g;
const IS_SCHEMA_FILE =
  /\b(?:process|import\.meta|Bun)\.env\b|\bcreateEnv\(|\bcleanEnv\(|\bConfigModule\b|\bvalidationSchema\b|\bvalidateSync\(/;

/** Environment variables that a JavaScript or TypeScript file (also the script of a Vue or Svelte component) reads. */
export function javascriptVariables(source: string, path: string): VariableUse[] {
  const text = blankSlashComments(source, 'script');
  const uses = new UseCollector(text);
  uses.addMatches(text, MEMBER);
  uses.addMatches(text, INDEX);
  uses.addMatches(text, MEMBERSHIP);
  for (const match of text.matchAll(DESTRUCTURED)) addDestructured(match.groups?.list ?? '', match.index + 1, uses);
  for (const alias of new Set([...text.matchAll(ALIAS)].map((match) => match[1] ?? match[2] ?? '')))
    addAlias(text, alias, uses);
  if (IS_SCHEMA_FILE.test(text) || /(^|[/.-])env(ironment)?[^/]*$/i.test(path)) addSchema(text, uses);
  // NestJS: the service of @nestjs/config is asked by name.
  uses.addMatches(
    text,
    /\bconfig(?:Service)?\s*\.\s*(?:get|getOrThrow)\s*(?:<[^<>()]*>)?\(\s*(["'])(?<name>[A-Z][A-Z0-9_]+)\1/gi,
  );
  addClassMembers(text, uses);
  // SvelteKit's static modules export each variable by its name.
  for (const match of text.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']\$env\/static\/(?:private|public)["']/g)) {
    for (const name of (match[1] ?? '').matchAll(/\b([A-Z][A-Z0-9_]+)\b/g))
      uses.add(name[1] ?? '', match.index, 'read');
  }
  if (/["']\$env\/dynamic\//.test(text)) addAlias(text, 'env', uses);
  addHelperCalls(text, uses);
  return uses.uses.filter((use) => !VITE_OWN.has(use.name));
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
  if (!/^[A-Za-z_$]\w*$/.test(alias)) return;
  const own = String.raw`(?<![\w.$])${alias}`;
  uses.addMatches(text, new RegExp(String.raw`${own}\s*[!?]?\.\s*(?<name>[A-Z][A-Z0-9_]+)${READ}`, 'g'));
  uses.addMatches(
    text,
    new RegExp(String.raw`${own}\s*\[\s*(["'])(?<name>[A-Z][A-Z0-9_]+)\1\s*\](?!\s*=(?![=>]))`, 'g'),
  );
  for (const match of text.matchAll(
    new RegExp(String.raw`\{([^{}]*)\}\s*(?::[^=;{}]*)?=\s*${alias}\s*(?:[;,)\n]|$)`, 'g'),
  )) {
    const list = match[1] ?? '';
    if (list.split(',').every((item) => /^\s*(\.\.\.\w+|[A-Z][A-Z0-9_]+\b.*)?\s*$/s.test(item)))
      addDestructured(list, match.index + 1, uses);
  }
}

function addSchema(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(SCHEMA_KEY)) {
    const name = match.groups?.quoted ?? match.groups?.bare ?? match.groups?.envalid ?? '';
    const end = text.indexOf('\n', match.index);
    const rest = text.slice(match.index, end === -1 ? undefined : end);
    const value = /(?:\.(?:default|catch)\(|\bdefault:\s*)("[^"]*"|'[^']*'|[\w.-]+)/.exec(rest)?.[1];
    uses.add(name, match.index, 'read', value === undefined ? {} : { value });
  }
}

/** Classes that class-validator checks the environment with (https://docs.nestjs.com/techniques/configuration). */
function addClassMembers(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(/\bclass\s+\w*Env\w*[^{]*\{/g)) {
    const start = match.index + match[0].length;
    const body = text.slice(start, blockEnd(text, start));
    for (const member of body.matchAll(/(?:^|\n|\)\s)\s*(?:public\s+|readonly\s+)*([A-Z][A-Z0-9_]+)\s*[!?]?\s*[:=]/g)) {
      const name = member[1] ?? '';
      if (UPPER_NAME.test(name)) uses.add(name, start + member.index + member[0].indexOf(name), 'read');
    }
  }
}

/** Offset of the brace that closes a block. */
function blockEnd(text: string, start: number): number {
  let depth = 1;
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '{') depth += 1;
    else if (text[i] === '}') depth -= 1;
    if (depth === 0) return i;
  }
  return text.length;
}
