/** What a JSON pointer leads to. */
export type Pointed = { readonly found: true; readonly value: unknown } | { readonly found: false };

/**
 * Follows a JSON pointer (RFC 6901): `/status/0/ready`, with `~1` for a slash and `~0` for a tilde in a key; the empty one is
 * the whole document. List indices are digits without leading zeros. Only own keys count.
 */
export function followPointer(document: unknown, pointer: string): Pointed {
  if (pointer === '') return { found: true, value: document };
  let value = document;
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null) return { found: false };
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(key)) return { found: false };
    if (!Object.hasOwn(value, key)) return { found: false };
    value = (value as Record<string, unknown>)[key];
  }
  return { found: true, value };
}
