import type { YamlLine } from '../manifests/yaml-lines.ts';

/** Keys under which manifests, charts, compose files and platforms list environment variables. */
const LISTS =
  /^(env|environment|env_?vars?|env_?variables|extra_?env\w*|\w+[eE]nv(s|[vV]ars?|ironment)?|common_?env\w*|secret_?env\w*)$/i;
export const isList = (key: string | undefined): boolean =>
  key !== undefined && LISTS.test(key) && !/envelope|envoy/i.test(key);

/**
 * Maps that stand elsewhere and become a list of variables by an alias: `environment: *shared`, `<<: *shared` (yaml.org/type/merge.html).
 * Compose files keep what all services are given so, under `x-…` at the top.
 */
export function mergedLists(lines: readonly YamlLine[]): ReadonlySet<string> {
  const anchored = new Map<string, string>();
  const given: string[] = [];
  const within = new Map<string, string[]>();
  for (const line of lines) {
    const inDocument = (name = '') => `${line.document} ${name}`;
    const anchor = /^&(\S+)/.exec(line.value);
    if (anchor !== null) anchored.set(inDocument(anchor[1]), placeOf(line, line.path));
    if (!/^\[?\s*\*/.test(line.value)) continue;
    const aliases = [...line.value.matchAll(/\*([^\s,\]]+)/g)].map((match) => inDocument(match[1]));
    const above = placeOf(line, line.path.slice(0, line.path.lastIndexOf('<<')));
    const others = line.path.some(isList) ? given : (within.get(above) ?? []);
    others.push(...aliases);
    if (others !== given) within.set(above, others);
  }
  const merged = new Set<string>();
  for (let anchor = given.pop(); anchor !== undefined; anchor = given.pop()) {
    const place = anchored.get(anchor);
    if (place === undefined || merged.has(place)) continue;
    merged.add(place);
    // What is merged into a merged map is one too.
    given.push(...(within.get(place) ?? []));
  }
  return merged;
}

/** What tells a place of a file from others. */
export const placeOf = ({ document }: YamlLine, path: readonly string[]): string => JSON.stringify([document, ...path]);
