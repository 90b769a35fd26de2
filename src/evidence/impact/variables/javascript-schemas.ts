import { MOST_ALIASES, UPPER_NAME, type UseCollector } from './use.ts';

/** A key that is upper case, with a value that validates: zod, joi, yup, valibot, TypeBox, Effect. */
const VALIDATED =
  /(?:(["'])([A-Z][A-Z0-9_]+)\1|\b([A-Z][A-Z0-9_]+))\s*:\s*(?:z|zod|Joi|joi|yup|Yup|v|t|Type|s|S|Schema|type)\s*\./g;
/** The same for envalid, whose validators are plain functions. */
const ENVALID = /\b([A-Z][A-Z0-9_]+)\s*:\s*(?:envalid\.)?(?:str|num|bool|port|url|host|email|json|env\w*)\(/g;
/** `const level = makeValidator(…)` of envalid is called as its own validators are (github.com/af/envalid). */
const OWN_VALIDATOR = /\bconst\s+(\w+)\s*=\s*(?:envalid\.)?make(?:Structured|Exact)?Validator\b/g;
/** A helper of one's own that makes a part of a schema: `const flag = (preset) => z.string()…`. */
const OWN_PART =
  /\b(?:const\s+(\w+)\s*=\s*(?:\([^()]{0,200}\)|\w+)\s*(?::[^=]{0,80})?=>\s*(?:\{\s*return\s+)?|function\s+(\w+)\s*\([^()]{0,200}\)[^{]{0,80}\{\s*return\s+)(?:z|zod|Joi|joi|yup|Yup|v|Type|Schema)\s*\./g;
const IS_SCHEMA_OF_ENVIRONMENT =
  /\b(?:process|import\.meta|Bun)\.env\b|\bcreateEnv\(|\bcleanEnv\(|\bConfigModule\b|\bvalidationSchema\b|\bvalidateSync\(/;

/** True for a file that is named after the environment, such as `env.ts`: its schemas are of variables. */
export const isSchemaPath = (path: string): boolean => /(^|[/.-])env(ironment)?[^/]*$/i.test(path);

/**
 * Variables that a schema of the environment lists, that a class checks (docs.nestjs.com/techniques/configuration), or that
 * NestJS's ConfigService is asked for.
 */
export function addSchemas(text: string, path: string, uses: UseCollector): void {
  const isOfEnvironment = IS_SCHEMA_OF_ENVIRONMENT.test(text) || isSchemaPath(path);
  const parts = isOfEnvironment ? [...text.matchAll(OWN_PART)].map((match) => match[1] ?? match[2] ?? '') : [];
  const own = [...parts, ...[...text.matchAll(OWN_VALIDATOR)].map((match) => match[1] ?? '')].slice(0, MOST_ALIASES);
  if (own.length > 0) {
    const validated = new RegExp(String.raw`\b([A-Z][A-Z0-9_]+)\s*:\s*(?:${own.join('|')})\(`, 'g');
    for (const match of text.matchAll(validated)) addKey(text, match[1] ?? '', match.index, uses);
  }
  if (isOfEnvironment) {
    for (const match of text.matchAll(VALIDATED)) addKey(text, match[2] ?? match[3] ?? '', match.index, uses);
    for (const match of text.matchAll(ENVALID)) addKey(text, match[1] ?? '', match.index, uses);
  }
  uses.addMatches(
    text,
    /\b[cC]onfig(?:Service)?\s*\.\s*(?:get|getOrThrow)\s*(?:<[^<>()]*>)?\(\s*(["'])(?<name>[A-Z][A-Z0-9_]+)\1/g,
  );
  addClassMembers(text, uses);
}

function addKey(text: string, name: string, at: number, uses: UseCollector): void {
  // A key stands behind a brace, a comma or a line end; `cond ? A : z.x` is no key.
  if (!/[{,\n]\s*$/.test(text.slice(Math.max(0, at - 80), at))) return;
  const end = text.indexOf('\n', at);
  const rest = text.slice(at, end === -1 ? undefined : end);
  const value = /(?:\.(?:default|prefault|catch)\(|\bdefault:\s*|^\w+\s*:\s*\w+\()("[^"]*"|'[^']*'|[\w.-]+)/.exec(
    rest,
  )?.[1];
  uses.add(name, at, 'read', value === undefined ? {} : { value });
}

function addClassMembers(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(/\bclass\s+(\w+)[^{]{0,300}\{/g)) {
    if (!/Env/.test(match[1] ?? '')) continue;
    const start = match.index + match[0].length;
    const body = text.slice(start, blockEnd(text, start));
    for (const member of body.matchAll(
      /(?:^|[\n)])[ \t]*(?:(?:public|readonly)[ \t]+)*([A-Z][A-Z0-9_]+)[ \t]*[!?]?[ \t]*[:=]/g,
    )) {
      const name = member[1] ?? '';
      if (UPPER_NAME.test(name)) uses.add(name, start + member.index + member[0].indexOf(name), 'read');
    }
  }
}

/** Nothing that names variables is longer; what is never closed must not be followed to the end from each place. */
const LONGEST_BLOCK = 20_000;

/** Offset of the brace that closes a block. */
function blockEnd(text: string, start: number): number {
  let depth = 1;
  const last = Math.min(text.length, start + LONGEST_BLOCK);
  for (let i = start; i < last; i += 1) {
    if (text[i] === '{') depth += 1;
    else if (text[i] === '}') depth -= 1;
    if (depth === 0) return i;
  }
  return text.length;
}
