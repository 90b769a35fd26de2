import type { UseCollector } from './use.ts';

/**
 * Keys that Viper looks up in the environment: with `AutomaticEnv`, the prefix and the key in upper case
 * (github.com/spf13/viper, "Working with Environment Variables"). Keys are those that the file asks for, gives a default, or
 * unmarshals into structs with `mapstructure` tags.
 */
export function addViper(text: string, uses: UseCollector): void {
  const prefix = /\.SetEnvPrefix\(\s*"(\w+)"/.exec(text)?.[1];
  const variable = (key: string) =>
    `${prefix === undefined ? '' : `${prefix}_`}${key.replace(/[.-]/g, '_')}`.toUpperCase();
  for (const match of text.matchAll(/\.BindEnv\(\s*"([\w.-]+)"\s*\)/g))
    uses.add(variable(match[1] ?? ''), match.index, 'read');
  if (!/\.AutomaticEnv\(\)/.test(text)) return;
  const defaults = new Map(
    [...text.matchAll(/\.SetDefault\(\s*"([\w.-]+)"\s*,\s*([^\n]*?)\s*\)\s*(?:;|\n|$)/g)].map((match) => [
      (match[1] ?? '').toLowerCase(),
      match[2] ?? '',
    ]),
  );
  const add = (key: string, offset: number) => {
    const value = defaults.get(key.toLowerCase());
    uses.add(variable(key), offset, 'read', value === undefined ? {} : { value });
  };
  const receiver = /\b(\w+)\s*(?::=|=)\s*viper\.New\(\)/.exec(text)?.[1];
  const called = receiver === undefined ? 'viper' : `(?:viper|${receiver})`;
  for (const match of text.matchAll(
    new RegExp(String.raw`\b${called}\.(?:Get\w*|IsSet|UnmarshalKey|SetDefault)\(\s*"([\w.-]+)"`, 'g'),
  ))
    add(match[1] ?? '', match.index);
  for (const { key, offset } of structKeys(text)) add(key, offset);
  addKeyConstants(text, add, defaults);
}

/** `ServiceSecret Key = "service.secret"` and `ServiceSecret.setDefault("x")`: constants of a type for keys, which the same file hands to Viper. */
function addKeyConstants(
  text: string,
  add: (key: string, offset: number) => void,
  defaults: Map<string, string>,
): void {
  const given = new Map(
    [...text.matchAll(/\b(\w+)\.[sS]etDefault\(\s*([^\n]*?)\s*\)\s*(?:;|\n|$)/g)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]),
  );
  for (const match of text.matchAll(
    /^[ \t]*(?:const[ \t]+)?(\w+)[ \t]+\w*Key[ \t]*=[ \t]*["`]([a-zA-Z][\w.-]*)["`]/gm,
  )) {
    const [, name = '', key = ''] = match;
    const value = given.get(name);
    if (value !== undefined) defaults.set(key.toLowerCase(), value);
    add(key, match.index);
  }
}

interface StructField {
  readonly type: string;
  readonly tag: string;
  readonly offset: number;
}

/** The keys of the structs of a file, each with the keys of the structs that hold it. */
function structKeys(text: string): { key: string; offset: number }[] {
  const structs = new Map<string, StructField[]>();
  for (const match of text.matchAll(/\btype\s+(\w+)\s+struct\s*\{([^{}]*)\}/g)) {
    const start = match.index + match[0].indexOf('{') + 1;
    structs.set(
      match[1] ?? '',
      [...(match[2] ?? '').matchAll(/\w+\s+([\w.*[\]]+)\s*`[^`]{0,300}\bmapstructure:"([\w-]+)[^`]{0,300}`/g)].map(
        (field) => ({
          type: (field[1] ?? '').replace(/^[*[\]]+/, ''),
          tag: field[2] ?? '',
          offset: start + field.index,
        }),
      ),
    );
  }
  const held = new Set([...structs.values()].flat().map(({ type }) => type));
  const found: { key: string; offset: number }[] = [];
  const visit = (name: string, prefix: string, above: readonly string[]): void => {
    for (const { type, tag, offset } of structs.get(name) ?? []) {
      const key = `${prefix}${tag}`;
      if (structs.has(type) && !above.includes(type)) visit(type, `${key}.`, [...above, type]);
      else found.push({ key, offset });
    }
  };
  for (const name of structs.keys()) {
    if (held.has(name)) continue;
    // A struct that is not called a configuration is a section of one, under its own name.
    const isWhole = /config|settings|options|^(?:env|spec|cfg)$/i.test(name);
    visit(name, isWhole ? '' : `${name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()}.`, [name]);
  }
  return found;
}
