import { byName } from '../../../text/by-name.ts';
import { blankPythonComments } from '../comments.ts';
import { addHelperCalls, addNamedLists } from './helpers.ts';
import { addConfigParsers } from './python-config-parser.ts';
import { MOST_ALIASES, UseCollector, type VariableUse } from './use.ts';

/** `environ` alone is os.environ only where it was imported: WSGI calls its request so. */
const isReader = (text: string) => {
  const imported = /\bfrom\s+os\s+import\b[^\n]*\benviron\b/.test(text);
  return (called: string) =>
    !/(^|\.)environb?(\.|$)/.test(called) ||
    /(^|\.)os\.environ/.test(called) ||
    (imported && /^environ\b/.test(called));
};
const INDEX = /(?<!\bdel\s+)\bos\.environb?\[\s*[bf]?(["'])(?<name>[A-Za-z_]\w*)\1\s*\](?!\s*=(?!=))/g;
const MEMBERSHIP = /(["'])(?<name>[A-Za-z_]\w*)\1\s+(?:not\s+)?in\s+(?:os\.)?environ(?!\w|[ \t]*[.[])/g;
/** Names of any case; upper-case ones are found by the calls of helpers too. */
const GETTER = /\bos\.(?:getenv|environ\.(?:get|pop))\(\s*[bf]?(["'])(?<name>[a-z]\w*)\1/g;
const IMPORTED = /(?<!\bdel\s+)(?<![\w.])environ\[\s*(["'])(?<name>[A-Za-z_]\w*)\1\s*\](?!\s*=(?!=))/g;
const DECOUPLE = /\bconfig\(\s*(["'])(?<name>[A-Za-z]\w*)\1/g;
const CLICK = /\benvvar\s*=\s*(["'])(?<name>\w+)\1/g;

/** What django-environ asks for when it is not told (https://django-environ.readthedocs.io). */
const IMPLIED: Readonly<Record<string, string>> = byName({
  db: 'DATABASE_URL',
  db_url: 'DATABASE_URL',
  cache: 'CACHE_URL',
  cache_url: 'CACHE_URL',
  email: 'EMAIL_URL',
  email_url: 'EMAIL_URL',
  search_url: 'SEARCH_URL',
  channels: 'CHANNELS_URL',
});

/** Environment variables that a Python file reads: os.environ, django-environ, environs, decouple, click, pydantic-settings. */
export function pythonVariables(source: string): VariableUse[] {
  if (!/env|BaseSettings|\bconfig\(/i.test(source)) return [];
  const text = blankPythonComments(source);
  const uses = new UseCollector(text);
  for (const pattern of [INDEX, MEMBERSHIP, GETTER, CLICK]) uses.addMatches(text, pattern);
  if (/\b(?:from|import)\s+(?:decouple|starlette\.config)\b/.test(text)) uses.addMatches(text, DECOUPLE);
  const aliases = new Set([...text.matchAll(/\b(\w+)\s*=\s*os\.environ(?![\w.[])/g)].map(([, alias = '']) => alias));
  for (const alias of [...aliases].slice(0, MOST_ALIASES)) {
    uses.addMatches(text, new RegExp(String.raw`\b${alias}\[\s*(["'])(?<name>\w+)\1\s*\](?!\s*=(?!=))`, 'g'));
  }
  addEnvSchemes(text, uses);
  for (const match of text.matchAll(/\benv\.(\w+)\(\s*\)/g)) {
    const name = IMPLIED[match[1] ?? ''];
    if (name !== undefined) uses.add(name, match.index, 'read');
  }
  addSettingsClasses(text, uses);
  addConfigParsers(text, uses);
  if (/\bfrom\s+os\s+import\b[^\n]*\benviron\b/.test(text)) uses.addMatches(text, IMPORTED);
  addNamedLists(text, uses);
  addHelperCalls(text, uses, isReader(text));
  return withPrefixes(text, uses.uses);
}

/** A call that is never closed is not followed to the end of the file. */
const LONGEST_CALL = 4000;

/** `environ.Env(DEBUG=(bool, False), …)` of django-environ. */
function addEnvSchemes(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(/\b(?:environ\.)?(?:File|Path)?Env\(/g)) {
    const start = match.index + match[0].length;
    let depth = 1;
    let end = start;
    const last = Math.min(text.length, start + LONGEST_CALL);
    for (; end < last && depth > 0; end += 1) {
      if (text[end] === '(') depth += 1;
      else if (text[end] === ')') depth -= 1;
    }
    for (const scheme of text
      .slice(start, end)
      .matchAll(/(?:^|[,(\s])([A-Z][A-Z0-9_]+)\s*=(?!=)\s*(\([^()\n]*\)|[\w.]+)/g)) {
      uses.add(scheme[1] ?? '', start + scheme.index + scheme[0].indexOf(scheme[1] ?? ''), 'read', {
        value: scheme[2] ?? '',
      });
    }
  }
}

/**
 * Fields of pydantic's BaseSettings: the prefix and the name, upper case by custom, or the aliases that a field names
 * (https://docs.pydantic.dev/latest/concepts/pydantic_settings/).
 */
function addSettingsClasses(text: string, uses: UseCollector): void {
  const known = new Set(['BaseSettings']);
  for (const match of text.matchAll(/^([ \t]*)class\s+(\w+)\s*\(([^)]{0,500})\)\s*:[^\n]*\n/gm)) {
    const [all, indent = '', className = '', bases = ''] = match;
    if (!bases.split(',').some((base) => known.has(base.trim().replace(/^.*\./, '')))) continue;
    known.add(className);
    const start = match.index + all.length;
    const body = classBody(text.slice(start), indent.length);
    const prefix = /\benv_prefix\s*=\s*["'](\w*)["']/.exec(body)?.[1] ?? '';
    const inner = /\n?([ \t]+)\S/.exec(body)?.[1] ?? '    ';
    const field = new RegExp(
      String.raw`^${inner}(?![ \t])(?!class\b|def\b|model_config\b|@)([A-Za-z]\w*)\s*:\s*([^\n]*)`,
      'gm',
    );
    for (const found of body.matchAll(field)) {
      const [, name = '', annotation = ''] = found;
      if (/^ClassVar\b/.test(annotation)) continue;
      const rest = body.slice(found.index, found.index + 400).split(/\n(?=[ \t]*\w+\s*:)/)[0] ?? '';
      const aliases = [
        ...rest.matchAll(/\b(?:validation_alias|alias|env)\s*=\s*(?:AliasChoices\(|\[)?\s*((?:["']\w+["']\s*,?\s*)+)/g),
      ].flatMap((alias) => [...(alias[1] ?? '').matchAll(/["'](\w+)["']/g)].map((quoted) => quoted[1] ?? ''));
      const value = /=\s*([^\n]+)$/.exec(annotation)?.[1];
      for (const variable of aliases.length > 0 ? aliases : [`${prefix}${name}`]) {
        uses.add(variable.toUpperCase(), start + found.index, 'read', value === undefined ? {} : { value });
      }
    }
  }
}

function classBody(rest: string, indent: number): string {
  let end = 0;
  for (const { 0: line, index } of rest.matchAll(/[^\n]*\n?/g)) {
    if (line.trim() !== '' && line.length - line.trimStart().length <= indent) break;
    end = index + line.length;
  }
  return rest.slice(0, end);
}

/** `with env.prefixed("SHOP_"):` of environs puts its prefix before each name that is read below it. */
function withPrefixes(text: string, found: readonly VariableUse[]): VariableUse[] {
  const lines = text.split('\n');
  /** By line, 1-based. */
  const prefixes = new Map<number, string>();
  for (const [index, line] of lines.entries()) {
    const match = /^(\s*)with\s+.*\.prefixed\(\s*["'](\w+)["']/.exec(line);
    if (match === null) continue;
    const [, { length: indent } = '', prefix = ''] = match;
    for (let below = index + 1; below < lines.length; below += 1) {
      const other = lines[below] ?? '';
      if (other.trim() !== '' && other.length - other.trimStart().length <= indent) break;
      prefixes.set(below + 1, (prefixes.get(below + 1) ?? '') + prefix);
    }
  }
  return found.map((use) => ({ ...use, name: (prefixes.get(use.line) ?? '') + use.name }));
}
