import { MOST_ALIASES, type UseCollector } from './use.ts';

/** A list of names that are written as variables are: `["A_B", 'C_D']`, `("A_B", "C_D")`, `[]string{"A_B"}`, `%w[A_B C_D]`. */
const LIST = String.raw`(?:(?:\[\]string\s*)?[[({]\s*(?<list>(?:["'][A-Z][A-Z0-9_]+["']\s*,?\s*){1,50})[\])}]|%w[[(](?<words>[A-Z0-9_\s]{1,1000})[\])])`;
/** `["A", "B"] |> Enum.map(&System.get_env/1)` */
const PIPED = new RegExp(String.raw`${LIST}\s*\|>\s*Enum\.\w+\(\s*&\s*System\.(?:get|fetch)_env`, 'g');
/** `for name in ("A", "B"):`, `for _, name := range []string{"A"} {`, `for (const name of ['A'])`. */
const LOOP = new RegExp(
  String.raw`\bfor\s*\(?\s*(?:(?:const|let|var)\s+|_\s*,\s*)?(?<name>[a-z_]\w*)\s*(?:in|of|:?=\s*range)\s+${LIST}`,
  'g',
);
/** `['A', 'B'].map((name) =>`, `%w[A B].each { |name|`, `["A"].find do |name|`. */
const METHOD = new RegExp(
  String.raw`${LIST}\s*\.\s*\w+[!?]?\s*(?:\(\s*\(?\s*(?<argument>[a-z_]\w*)\s*(?::\s*\w+\s*)?\)?\s*=>|(?:\{|do)\s*\|(?<block>[a-z_]\w*)\|)`,
  'g',
);
/** `[os.environ.get(name) for name in ("A", "B")]` */
const COMPREHENSION = new RegExp(
  String.raw`\benv(?:iron)?(?:\.get)?\s*[([]\s*(?<name>[a-z_]\w*)\b[^\n]{0,100}\s+for\s+\k<name>\s+in\s+${LIST}`,
  'g',
);
/** `for old, now := range renamed {`: a map of Go, whose keys or values may be names. */
const OVER_MAP = /\bfor\s+(?<key>\w+)\s*(?:,\s*(?<value>\w+)\s*)?:=\s*range\s+(?<map>[A-Za-z]\w*)\s*\{/g;
/** How far behind the list the environment is asked. */
const REACH = 300;

/** Names in a list that the same code goes through and asks the environment for, one by one. */
export function addGoneThrough(text: string, uses: UseCollector): void {
  const found = [
    ...text.matchAll(PIPED),
    ...text.matchAll(COMPREHENSION),
    ...[...text.matchAll(LOOP), ...text.matchAll(METHOD)].filter((match) => isAskedFor(match, text)),
  ];
  for (const { groups = {}, index, 0: all } of found) {
    const list = groups.list ?? groups.words ?? '';
    const at = index + all.indexOf(list);
    // Each may be missing: that is why there are several.
    for (const one of list.matchAll(/[A-Z][A-Z0-9_]+/g))
      uses.add(one[0], at + one.index, 'read', { isReadElsewhere: true });
  }
}

/** Names in a map that a Go program goes through: those of its keys or of its values, as it asks for the one or the other. */
export function addMapsGoneThrough(text: string, uses: UseCollector): void {
  let left = MOST_ALIASES;
  for (const match of text.matchAll(OVER_MAP)) {
    const { key = '', value = '', map = '' } = match.groups ?? {};
    const end = match.index + match[0].length;
    const [asksKeys, asksValues] = [key, value].map((one) => /^\w{2,}$/.test(one) && asksFor(one, text, end));
    if (asksKeys !== true && asksValues !== true) continue;
    if (left === 0) break;
    left -= 1;
    const written = new RegExp(String.raw`\b${map}\s*:?=\s*map\[string\]string\s*\{([^{}]{1,4000})\}`).exec(text);
    if (written === null) continue;
    const at = written.index + written[0].indexOf(written[1] ?? '');
    for (const entry of (written[1] ?? '').matchAll(/"([A-Z][A-Z0-9_]+)"\s*:\s*"([^"\n]*)"/g))
      for (const [name, isAsked] of [[entry[1], asksKeys] as const, [entry[2], asksValues] as const])
        if (isAsked === true && /^[A-Z][A-Z0-9_]+$/.test(name ?? ''))
          uses.add(name ?? '', at + entry.index, 'read', { isReadElsewhere: true });
  }
}

/** True where what stands for one name of the list is handed to the environment. */
function isAskedFor({ groups = {}, index, 0: all }: RegExpMatchArray, text: string): boolean {
  const name = groups.name ?? groups.argument ?? groups.block;
  return asksFor(name ?? '', text, (index ?? 0) + all.length);
}

const asksFor = (name: string, text: string, end: number): boolean =>
  new RegExp(String.raw`env(?:iron)?(?:\.(?:get|fetch))?\s*[([]\s*${name}\s*[)\],]`, 'i').test(
    text.slice(end, end + REACH),
  );
