/**
 * What a JSON Pointer (RFC 6901) points to, or `undefined` when nothing is there. `""` is the whole document; `~1` is `/` and
 * `~0` is `~`; an index of an array has no leading zero, and `-` (past the end) points to nothing.
 */
export function resolvePointer(document: unknown, pointer: string): { readonly value: unknown } | undefined {
  if (pointer === '') return { value: document };
  if (!pointer.startsWith('/')) return undefined;
  let at: unknown = document;
  for (const raw of pointer.slice(1).split('/')) {
    const token = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) {
      if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) >= at.length) return undefined;
      at = at[Number(token)];
    } else if (typeof at === 'object' && at !== null && Object.hasOwn(at, token)) {
      at = (at as Readonly<Record<string, unknown>>)[token];
    } else return undefined;
  }
  return { value: at };
}
