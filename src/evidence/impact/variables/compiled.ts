import { blankSlashComments } from '../comments.ts';
import { addConfigMappings } from './config-mappings.ts';
import { addFlags } from './go-flags.ts';
import { addStructs } from './go-structs.ts';
import { addMapsGoneThrough } from './gone-through.ts';
import { addHelperCalls, addLiterals, addNamedConstants } from './helpers.ts';
import { addMicroProfile, addProperties, addSections } from './relaxed.ts';
import { UseCollector, type VariableUse } from './use.ts';
import { addViper } from './viper.ts';

/** Whether a variable is there, and then the name of a platform: it asks where the program runs, and what sets it is that platform. */
const WHERE_IT_RUNS = /\bif\s+_,\s*(\w+)\s*:?=\s*os\.LookupEnv\("\w+"\);\s*\1\s*\{\s*return\s+"[^"\n]*"\s*\}/g;

/** Environment variables that a Go file reads: os, viper, flags that the environment sets, and the struct tags of caarlos0/env and envconfig. */
export function goVariables(source: string): VariableUse[] {
  const text = blankSlashComments(source, 'other').replace(WHERE_IT_RUNS, (all) => all.replace(/[^\n]/g, ' '));
  const uses = new UseCollector(text);
  addTags(text, uses);
  for (const match of text.matchAll(
    /\b\w{0,40}BindEnv\(\s*"[^"]{0,200}"\s*,([^)]{0,2000})\)|\bEnvVars?(?:\s*:\s*\[\]string\s*\{|\()([^})]{0,2000})[})]/g,
  )) {
    addLiterals(match[1] ?? match[2] ?? '', match.index, uses);
  }
  addViper(text, uses);
  addFlags(text, uses);
  addStructs(text, uses);
  addMapsGoneThrough(text, uses);
  addNamedConstants(text, uses);
  uses.addMatches(text, /\bEnvVar\s*:\s*"(?<name>[A-Z]\w*)"/g);
  addHelperCalls(text, uses);
  return uses.uses;
}

/** Tags of a struct's fields that name a variable, with the default that another tag of the field gives: `env:"X" envDefault:"5s"`. */
function addTags(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(/\b(?:env|envconfig)\s*:\s*"([A-Za-z_]\w*)[^\n`]{0,300}/g)) {
    const before = text.slice(Math.max(0, match.index - 200), match.index);
    const tags = `${/`[^`\n]*$/.exec(before)?.[0] ?? ''}${match[0]}`;
    const value = /\b(?:envDefault|env-default|default)\s*:\s*("[^"\n]*")/.exec(tags)?.[1];
    uses.add(match[1] ?? '', match.index, 'read', value === undefined ? {} : { value });
  }
}

/** Environment variables that a Java, Kotlin, Scala or Groovy file reads, also through Spring's and MicroProfile's annotations. */
export function jvmVariables(source: string): VariableUse[] {
  const text = blankSlashComments(source, 'other');
  const uses = new UseCollector(text);
  uses.addMatches(text, /\bgetenv\(\)\s*(?:\.\s*(?:get|getOrDefault|containsKey|apply)\s*\(|\[|\()\s*"(?<name>\w+)"/g);
  uses.addMatches(text, /\bsys\.env(?:\.(?:get|getOrElse|contains|apply))?\(\s*"(?<name>\w+)"/g);
  uses.addMatches(text, /\bgetProperty\(\s*"(?<name>[A-Z][A-Z0-9_]+)"/g);
  uses.addMatches(text, /@ConfigProperty\([^)]{0,500}\bname\s*=\s*"(?<name>[A-Z][A-Z0-9_]+)"/g);
  for (const line of text.matchAll(/^.*@\w+.*$/gm)) addPlaceholders(line[0], line.index, uses);
  addProperties(text, uses);
  addMicroProfile(text, uses);
  addConfigMappings(text, uses);
  addNamedConstants(text, uses);
  addHelperCalls(text, uses);
  return uses.uses;
}

/** Spring's configuration files and HOCON: `${X}`, `${X:default}`, `${?X}`. A name in lower case is a property, not a variable. */
export function placeholderVariables(source: string): VariableUse[] {
  const uses = new UseCollector(source);
  for (const line of source.matchAll(/^(?!\s*[#!]).*$/gm))
    addPlaceholders(line[0].replace(/\s#.*$/, ''), line.index, uses);
  // nginx hands on what its configuration names (nginx.org/en/docs/ngx_core_module.html#env).
  for (const match of source.matchAll(/^[ \t]*env[ \t]+([A-Z][A-Z0-9_]+);/gm))
    uses.add(match[1] ?? '', match.index, 'read', { value: '' });
  return uses.uses;
}

function addPlaceholders(line: string, offset: number, uses: UseCollector): void {
  for (const match of line.matchAll(/\$\{\??([A-Z][A-Z0-9_]+)(?::-?([^${}]*))?(?=[}$])/g)) {
    uses.add(match[1] ?? '', offset + match.index, 'read', match[2] === undefined ? {} : { value: match[2] });
  }
}

/** Environment variables that a C#, F# or Visual Basic file reads. */
export function dotnetVariables(source: string): VariableUse[] {
  const text = blankSlashComments(source, 'other');
  const uses = new UseCollector(text);
  uses.addMatches(text, /\b(?:\w{0,80}[cC]onfig(?:uration)?)\[\s*"(?<name>[A-Z][A-Z0-9_]+)"\s*\](?!\s*=(?!=))/g);
  addSections(text, uses);
  addNamedConstants(text, uses);
  uses.addMatches(text, /\b\w{0,80}[cC]onfig(?:uration)?\.GetValue<[^>]{0,80}>\(\s*"(?<name>[A-Z][A-Z0-9_]+)"/g);
  addHelperCalls(text, uses);
  return uses.uses;
}

/** Set by the web server for a request, not by an operator. */
const PHP_SERVER =
  /^(HTTP_\w+|HTTPS|REQUEST_\w+|REMOTE_\w+|SERVER_\w+|SCRIPT_\w+|DOCUMENT_\w+|PHP_\w+|QUERY_STRING|PATH_\w+|ORIG_\w+|AUTH_TYPE|GATEWAY_\w+|CONTENT_\w+|REDIRECT_\w+|UNIQUE_ID)$/;

/** Environment variables that a PHP file reads: getenv, superglobals, Laravel's env(), Symfony's %env()%. */
export function phpVariables(source: string): VariableUse[] {
  const text = blankSlashComments(source, 'php');
  const uses = new UseCollector(text);
  uses.addMatches(text, /\$_ENV\[\s*(["'])(?<name>\w+)\1\s*\](?!\s*=(?!=))/g);
  for (const match of text.matchAll(/\$_SERVER\[\s*(["'])(\w+)\1\s*\](?!\s*=(?!=))/g)) {
    const name = match[2] ?? '';
    if (!PHP_SERVER.test(name) && /^[A-Z]/.test(name)) uses.add(name, match.index, 'read');
  }
  addSymfony(text, uses);
  addEnumCases(text, uses);
  addHelperCalls(text, uses);
  return uses.uses;
}

/** How far one enumeration is read; it ends with a bracket at the begin of a line. */
const LONGEST_ENUM = 20_000;

/** `enum EnvVars: string { case PORT = 'PORT'; }`: an enumeration that is called after the environment names variables; whoever reads them may stand elsewhere. */
function addEnumCases(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(/\benum\s+\w*Env(?!ironment\b)\w*\s*:\s*string\b[^{]{0,200}\{/g)) {
    const behind = text.slice(match.index, match.index + LONGEST_ENUM);
    const body = behind.slice(0, /\n\}/.exec(behind)?.index);
    const defaults = caseDefaults(body);
    for (const one of body.matchAll(/\bcase\s+(\w+)\s*=\s*(["'])([A-Z][A-Z0-9_]+)\2/g)) {
      const value = defaults.get(one[1] ?? '');
      uses.add(one[3] ?? '', match.index + one.index, 'read', {
        isReadElsewhere: true,
        ...(value === undefined ? {} : { value }),
      });
    }
  }
}

/** What a function of an enumeration that is called after the default gives for its cases: `match ($this) { self::PORT, self::ADMIN_PORT => 80 }`. */
function caseDefaults(body: string): ReadonlyMap<string, string> {
  const arms = /function\s+\w{0,60}default\w{0,60}\s*\([^{]{0,200}\{\s*return\s+match\s*\(\s*\$this\s*\)\s*\{/i.exec(
    body,
  );
  const found = new Map<string, string>();
  if (arms === null) return found;
  const text = body.slice(arms.index + arms[0].length).split(/\n\s*\};/)[0] ?? '';
  for (const [, cases = '', value = ''] of text.matchAll(
    /((?:(?:self|static)::\w+(?:\s*,)?\s*){1,100})=>\s*([^\s,][^,\n]{0,200})/g,
  ))
    for (const [, one = ''] of cases.matchAll(/::(\w+)/g))
      if (value !== 'null' && !value.startsWith('match')) found.set(one, value);
  return found;
}

/** Symfony's configuration: `%env(X)%`, `%env(int:X)%`. */
export function symfonyVariables(source: string): VariableUse[] {
  const uses = new UseCollector(source);
  addSymfony(source, uses);
  return uses.uses;
}

function addSymfony(text: string, uses: UseCollector): void {
  uses.addMatches(text, /%env\((?:[\w.]+:)*(?<name>[A-Z][A-Z0-9_]*)\)%/g);
}

/** Environment variables that a Rust file reads: std::env, dotenvy, clap; `env!` is known at build time. */
export function rustVariables(source: string): VariableUse[] {
  const text = blankSlashComments(source, 'rust');
  const uses = new UseCollector(text);
  uses.addMatches(text, /\b(?:env|dotenvy|dotenv)::var(?:_os)?\(\s*"(?<name>\w+)"/g);
  uses.addMatches(text, /(?<![\w:.])(?:option_)?env!\(\s*"(?<name>\w+)"/g, { buildTime: true });
  uses.addMatches(text, /#\[(?:arg|clap|structopt|command)\([^\]]{0,500}\benv\s*=\s*"(?<name>\w+)"/g);
  uses.addMatches(text, /\.env\(\s*"(?<name>[A-Z]\w*)"\s*\)/g);
  uses.addMatches(text, /(?<![\w:.!])(?!(?:remove|set)_)\w{0,80}env\w{0,80}\(\s*"(?<name>[A-Z][A-Z0-9_]+)"/g);
  return uses.uses;
}

/** Environment variables that a C, C++, Elixir, Dart, Swift or Lua file reads through a function called after the environment. */
export function otherVariables(source: string, path: string): VariableUse[] {
  const text = /\.exs?$|\.lua$/.test(path)
    ? source.replace(/(^|\s)(#(?!\{)|--).*$/gm, (c) => ' '.repeat(c.length))
    : blankSlashComments(source, 'other');
  const uses = new UseCollector(text);
  addHelperCalls(text, uses);
  return uses.uses;
}
