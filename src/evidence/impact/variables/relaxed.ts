import type { UseCollector, VariableUse } from './use.ts';

/**
 * What the frameworks themselves define has defaults of theirs and is passed over.
 *
 * Properties of Spring and Micronaut that code asks for without a default: the environment sets each by its name in upper case,
 * dots as underscores and without dashes (docs.spring.io, "Binding From Environment Variables").
 */
export function addProperties(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(
    /@(?:Value|Property)\(\s*(?:(?:value|name)\s*=\s*)?"(?:\$\{)?([a-z][\w.-]{0,100}\.[\w.-]{1,100})\}?"\s*\)/g,
  )) {
    const property = match[1] ?? '';
    if (/^(spring|server|management|logging|micronaut|info)\./.test(property)) continue;
    uses.add(property.replaceAll('-', '').replaceAll('.', '_').toUpperCase(), match.index, 'read', { property });
  }
}

/** `config.getOptionalValue("shop.query-timeout", long.class)`, `@ConfigProperty(name = "shop.query-timeout")`. */
const MICROPROFILE =
  /\.get(Optional)?Values?\(\s*"([a-z][\w.-]{0,100}\.[\w.-]{1,100})"\s*,\s*[\w.]{1,80}\.class|@ConfigProperty\(\s*name\s*=\s*"([a-z][\w.-]{0,100}\.[\w.-]{1,100})"([^)]{0,200})\)/g;

/**
 * Properties of MicroProfile Config, also Quarkus: the environment sets each by its name in upper case, what is no letter or digit as
 * an underscore (download.eclipse.org/microprofile, "Environment Variables Mapping Rules").
 */
export function addMicroProfile(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(MICROPROFILE)) {
    const property = match[2] ?? match[3] ?? '';
    if (/^(quarkus|mp|smallrye)\./.test(property)) continue;
    const value = match[1] === undefined ? /\bdefaultValue\s*=\s*"([^"]*)"/.exec(match[4] ?? '')?.[1] : '';
    uses.add(property.replace(/\W/g, '_').toUpperCase(), match.index, 'read', {
      property,
      ...(value === undefined ? {} : { value }),
    });
  }
}

/** Keys of .NET's configuration with sections: the environment sets each with two underscores for the colon (learn.microsoft.com, "Configuration in ASP.NET Core"). */
export function addSections(text: string, uses: UseCollector): void {
  const keys =
    /\b\w{0,80}[cC]onfig(?:uration)?(?:\[\s*|\.GetValue<[^>]{0,80}>\(\s*|\.GetRequiredValue\(\s*)"([A-Za-z]\w*(?::\w+)+)"(\s*\]\s*=(?!=))?/g;
  for (const match of text.matchAll(keys)) {
    const key = match[1] ?? '';
    if (match[2] !== undefined || OF_FRAMEWORK.test(key)) continue;
    const value = /^\s*[\])]\s*\?\?\s*("[^"\n]*"|\d+|true|false)|^\s*,\s*("[^"\n]*"|\d+|true|false)/.exec(
      text.slice(match.index + match[0].length),
    );
    const given = value?.[1] ?? value?.[2];
    uses.add(key.replaceAll(':', '__'), match.index, 'read', {
      property: key,
      ...(given === undefined ? {} : { value: given }),
    });
  }
  for (const match of text.matchAll(/\.GetConnectionString\(\s*"(\w+)"/g))
    uses.add(`ConnectionStrings__${match[1]}`, match.index, 'read', {
      property: `ConnectionStrings:${match[1]}`,
      secret: true,
    });
}

/** True for a settings file of a framework, in which properties may stand. */
export const isSettingsFile = (path: string): boolean =>
  /(^|\/)((application|bootstrap)[^/]*\.(properties|ya?ml)|appsettings[^/]*\.json)$/.test(path);

/** Properties that a settings file gives a value itself, so that nobody has to provide them: `application.yml`, `appsettings.json`. */
export function definedProperties(path: string, text: string): readonly string[] {
  if (/(^|\/)(application|bootstrap)[^/]*\.properties$/.test(path))
    return [...text.matchAll(/^[ \t]*([\w.-]+)[ \t]*[=:]/gm)].map((match) => match[1] ?? '');
  if (/(^|\/)(application|bootstrap)[^/]*\.ya?ml$/.test(path)) return yamlKeys(text);
  if (!/(^|\/)appsettings[^/]*\.json$/.test(path)) return [];
  try {
    return jsonKeys(JSON.parse(plainJson(text.replace(/^\uFEFF/, ''))), '');
  } catch {
    return [];
  }
}

/** Settings of .NET may hold comments, and a comma behind the last entry (learn.microsoft.com, "JSON configuration provider"). */
const plainJson = (text: string): string =>
  text
    .replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_all, text?: string) => text ?? '')
    .replace(/("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])/g, (_all, text?: string) => text ?? '');

function jsonKeys(value: unknown, prefix: string): string[] {
  return jsonValues(value, prefix).map(([key]) => key);
}

/** Keys with sections, with the values that they have where those are no lists. */
function jsonValues(value: unknown, prefix: string): [key: string, value?: string][] {
  if (typeof value !== 'object' || value === null) return prefix === '' ? [] : [[prefix, String(value)]];
  // A list is set by the numbers of its entries, and an empty one is given as well.
  if (Array.isArray(value)) return prefix === '' ? [] : [[prefix], [`${prefix}:0`]];
  return Object.entries(value).flatMap(([key, inner]) => jsonValues(inner, prefix === '' ? key : `${prefix}:${key}`));
}

/** What frameworks of .NET set up for themselves; no program is told anything by it. */
const OF_FRAMEWORK = /^(Logging|Kestrel|Serilog|AllowedHosts)\b/i;

/**
 * Defaults that the settings of a .NET program give and that a release changes: the environment sets each by the same key (learn.microsoft.com,
 * "Configuration in ASP.NET Core"). What is new or gone there is found where the program asks for it.
 */
export function changedDefaults(path: string, before: string, after: string): readonly [VariableUse, VariableUse][] {
  if (!/(^|\/)appsettings(\.Production)?\.json$/.test(path)) return [];
  const [old, now] = [settingsIn(before), settingsIn(after)];
  return [...now].flatMap(([key, value]): [VariableUse, VariableUse][] => {
    const was = old.get(key);
    if (value === undefined || was === undefined || was === value || OF_FRAMEWORK.test(key)) return [];
    const use = (text: string, its: string): VariableUse => ({
      name: key.replaceAll(':', '__'),
      line: lineOf(text, key),
      how: 'read',
      value: its,
    });
    return [[use(before, was), use(after, value)]];
  });
}

/** The line of the last part of a key, behind those of the parts before it. */
function lineOf(text: string, key: string): number {
  let at = 0;
  for (const part of key.split(':')) at = Math.max(at, text.indexOf(`"${part}"`, at));
  return text.slice(0, at).split('\n').length;
}

function settingsIn(text: string): ReadonlyMap<string, string | undefined> {
  try {
    return new Map(
      jsonValues(JSON.parse(plainJson(text.replace(/^\uFEFF/, ''))), '').map(([key, value]) => [key, value]),
    );
  } catch {
    return new Map();
  }
}

/** Dotted keys of a YAML file of plain maps; Spring's are no more. */
function yamlKeys(text: string): string[] {
  const above: { indent: number; key: string }[] = [];
  const keys: string[] = [];
  for (const line of text.split('\n')) {
    const match = /^(\s*)([\w.-]+)\s*:(.*)$/.exec(line);
    if (match === null) continue;
    const indent = (match[1] ?? '').length;
    while ((above.at(-1)?.indent ?? -1) >= indent) above.pop();
    above.push({ indent, key: match[2] ?? '' });
    if ((match[3] ?? '').trim() !== '') keys.push(above.map(({ key }) => key).join('.'));
  }
  return keys;
}

/** Uses without those whose property a settings file of the same side gives. */
export function withoutDefined<T extends VariableUse>(uses: readonly T[], defined: ReadonlySet<string>): T[] {
  return uses.filter(({ property }) => property === undefined || !defined.has(normal(property)));
}

/** Both frameworks compare names without case, and Spring without dashes. */
export const normal = (property: string): string => property.toLowerCase().replaceAll('-', '');
