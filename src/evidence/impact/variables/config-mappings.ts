import type { UseCollector } from './use.ts';

/** An interface that SmallRye Config fills in, with its prefix (smallrye.io/smallrye-config, "Mapping configuration to objects"). */
const MAPPING = /@ConfigMapping\(\s*(?:[^()"]{0,80}\bprefix\s*=\s*)?"([\w.-]*)"[^()]{0,200}\)/g;
/** What may stand in an interface: another one that opens, a bracket that closes, or a method without arguments, with its annotations. */
const PART =
  /((?:@\w{1,80}(?:\((?:"[^"\n]{0,200}"|[^()"]){0,100}\))?\s{1,80}){0,8})(?:(?:(?:public|static|abstract)\s{1,80}){0,3}interface\s{1,80}(\w{1,200})[^{;]{0,200}(\{)|(?:(default)\s{1,80})?([\w.]{1,200}(?:<[^;(){}]{1,200}>)?(?:\[\])?)\s{1,80}(\w{1,200})\(\s{0,80}\)\s{0,80}([;{])|(\{)|(\}))/g;

interface Method {
  readonly type: string;
  readonly name: string | undefined;
  readonly value: string | undefined;
  readonly offset: number;
}

/**
 * Properties that the interfaces of a file map: the environment sets each by its name in upper case, what is no letter or digit as an underscore.
 * What a map holds has names that only people know, and frameworks' own have defaults of theirs.
 */
export function addConfigMappings(text: string, uses: UseCollector): void {
  if (!text.includes('@ConfigMapping')) return;
  const interfaces = interfacesIn(text);
  for (const match of text.matchAll(MAPPING)) {
    const root = /\binterface\s+(\w+)/.exec(text.slice(match.index, match.index + 1000))?.[1] ?? '';
    if (/^(quarkus|mp|smallrye)(\.|$)/.test(match[1] ?? '')) continue;
    const visit = (name: string, prefix: string, above: readonly string[]): void => {
      for (const { type, name: own, value, offset } of interfaces.get(name) ?? []) {
        const property = own === undefined ? prefix : [prefix, own].filter((part) => part !== '').join('.');
        const inner = /^Optional<\s*([\w.]+)\s*>$/.exec(type)?.[1] ?? type;
        if (interfaces.has(inner)) {
          if (!above.includes(inner)) visit(inner, property, [...above, inner]);
        } else if (!/\b(?:Map|List|Set|Collection)<.*\b(?:Map)\b|^Map\b/.test(type) && property !== '')
          uses.add(property.replace(/\W/g, '_').toUpperCase(), offset, 'read', {
            property,
            ...(value !== undefined ? { value } : type.startsWith('Optional') ? { value: '' } : {}),
          });
      }
    };
    visit(root, match[1] ?? '', [root]);
  }
}

/** The methods of each interface of a file; those that do something themselves are none of its properties. */
function interfacesIn(text: string): ReadonlyMap<string, readonly Method[]> {
  const found = new Map<string, Method[]>();
  const open: (string | undefined)[] = [];
  for (const match of text.matchAll(PART)) {
    const [, annotations = '', opened, , isDefault, type = '', method = '', end, bracket, closed] = match;
    if (closed !== undefined) open.pop();
    else if (bracket !== undefined) open.push(undefined);
    else if (opened !== undefined) {
      open.push(opened);
      found.set(opened, []);
    } else {
      const around = open.at(-1);
      if (around !== undefined && isDefault === undefined && end === ';')
        found.get(around)?.push({
          type,
          name: /@WithParentName\b/.test(annotations)
            ? undefined
            : (/@WithName\(\s*"([^"]*)"/.exec(annotations)?.[1] ?? dashed(method)),
          value: /@WithDefault\(\s*("[^"]*")/.exec(annotations)?.[1],
          offset: match.index + match[0].lastIndexOf(method),
        });
      if (end === '{') open.push(undefined);
    }
  }
  return found;
}

/** `poolSize` is `pool-size`. */
const dashed = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
