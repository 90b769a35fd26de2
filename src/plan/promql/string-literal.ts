import { byName } from '../../text/by-name.ts';

const ESCAPED: Readonly<Record<string, string>> = byName({
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
});

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;

/**
 * What a string of PromQL says: in double or single quotes with Go's escapes, in backticks without any.
 * @returns `undefined` for an escape that PromQL does not know
 */
export function unquote(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  let unknown = false;
  const text = inner.replace(ESCAPE, (_all, x?: string, u?: string, U?: string, simple?: string) => {
    const value = simple === undefined ? characterOf(x ?? u ?? U ?? '') : ESCAPED[simple];
    if (value === undefined) unknown = true;
    return value ?? '';
  });
  return unknown ? undefined : text;
}

function characterOf(hex: string): string | undefined {
  const point = Number.parseInt(hex, 16);
  return point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? undefined : String.fromCodePoint(point);
}
