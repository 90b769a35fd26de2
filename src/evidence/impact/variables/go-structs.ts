import type { UseCollector } from './use.ts';

/** `ENVPrefix: "SHOP"` of jinzhu/configor, `envconfig.Process("shop", &c)` of kelseyhightower/envconfig. */
const PREFIX = /\bENVPrefix\s*:\s*"(\w*)"|\benvconfig\.(?:Must)?Process(?:With\w*)?\(\s*(?:\w+\s*,\s*)?"(\w*)"/;
/** A field of a struct, or the beginning or the end of one that is nested. */
const LINE =
  /^[ \t]*(?:type[ \t]+)?(\w+)[ \t]+(?:struct[ \t]*(\{)|([\w.*[\]]+)(?:[ \t]*`([^`\n]*)`)?)[ \t]*(?:\/\/.*)?$|^[ \t]*\}[^\n]*$/gm;

/**
 * Variables that a library makes of the fields of a struct: the prefix, the fields that lead there and its own name, in upper case
 * and joined by underscores. Only structs of the file that names the prefix are known.
 */
export function addStructs(text: string, uses: UseCollector): void {
  const prefix = PREFIX.exec(text);
  if (prefix === null) return;
  const first = prefix[1] ?? prefix[2] ?? '';
  const path: string[] = [];
  for (const match of text.matchAll(LINE)) {
    const [, name, opens, type, tags = ''] = match;
    if (name === undefined) path.pop();
    else if (opens !== undefined) path.push(name);
    else if (path.length > 0 && type !== undefined && /^[A-Z]/.test(name)) {
      // A name in a tag is found as such.
      if (/\b(?:env|envconfig):"\w/.test(tags)) continue;
      const own = /\bsplit_words:"true"/.test(tags) ? name.replace(/([a-z0-9])([A-Z])/g, '$1_$2') : name;
      const value = /\bdefault:"([^"]*)"/.exec(tags)?.[1];
      // The outermost name is that of the type.
      const variable = [first, ...path.slice(1), own]
        .filter((part) => part !== '')
        .join('_')
        .toUpperCase();
      uses.add(variable, match.index, 'read', value === undefined ? {} : { value });
    }
  }
}
