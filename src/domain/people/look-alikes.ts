import { byName } from '../../text/by-name.ts';

/** Letters of other alphabets that look like a Latin one (a choice from Unicode's confusables.txt: those that addresses are faked with). */
const LOOKS_LIKE: Readonly<Record<string, string>> = byName({
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  һ: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  у: 'y',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  γ: 'y',
  ω: 'w',
  ı: 'i',
  ɑ: 'a',
  ɡ: 'g',
  ʟ: 'l',
  ո: 'n',
  օ: 'o',
  ս: 'u',
  հ: 'h',
  ց: 'g',
  ⅼ: 'l',
});

/** How an address looks to who reads it: composed, in lower case, without what cannot be seen, in Latin letters and without accents. */
function skeleton(address: string): string {
  const plain = address
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{Cf}\p{M}\p{Zs}]/gu, '');
  return Array.from(plain, (letter) => LOOKS_LIKE[letter] ?? letter).join('');
}

/**
 * Pairs of addresses that are different texts and look the same: a second vote for whoever holds both mailboxes.
 * @returns each later address with the earlier one that it looks like
 */
export function lookAlikes(people: readonly string[]): readonly (readonly [later: string, earlier: string])[] {
  const seen = new Map<string, string>();
  const found: (readonly [string, string])[] = [];
  for (const one of people) {
    const look = skeleton(one);
    const earlier = seen.get(look);
    if (earlier === undefined) seen.set(look, one);
    else if (earlier.toLowerCase() !== one.toLowerCase()) found.push([one, earlier]);
  }
  return found;
}

/** True for an address with letters that cannot be told from others by looking: those of another alphabet, or none at all. */
export function isDisguised(address: string): boolean {
  return (
    /[\p{Cf}]/u.test(address) || Array.from(address.toLowerCase()).some((letter) => Object.hasOwn(LOOKS_LIKE, letter))
  );
}
