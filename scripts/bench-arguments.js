/**
 * What was asked of `npm run bench`. Section names come first; from the first number, option or `--` after one, all is that section's own.
 * npm takes a `--` away as a rule, so nothing hangs on it.
 * @param {readonly string[]} given
 * @param {readonly string[]} sections
 * @returns {{ isKept: boolean, names: string[], own: string[], fault: string | undefined }}
 */
export function readArguments(given, sections) {
  const words = given.filter((word) => word !== '--write');
  const first = words.findIndex((word) => word.startsWith('-') || /^\d/.test(word));
  const [names, rest] = first === -1 ? [words, []] : [words.slice(0, first), words.slice(first)];
  const own = rest.filter((word) => word !== '--');
  return { isKept: words.length < given.length, names, own, fault: faultOf(names, own, sections) };
}

function faultOf(names, own, sections) {
  const unknown = names.filter((name) => !sections.includes(name));
  if (unknown.length > 0) return `no section ${unknown.join(', ')}`;
  return own.length > 0 && names.length !== 1 ? 'arguments belong to one section' : undefined;
}
