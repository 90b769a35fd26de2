import { ENTRIES } from './entries.ts';

/**
 * `help signoff cab` as `signoff cab --help`: commander's own `help` takes one word. What is no command is left as a command line of its own, so
 * that it is refused as any other, with the one that was probably meant.
 */
export function askedHelp(argv: readonly string[]): readonly string[] {
  const [first, ...words] = argv;
  if (first !== 'help' || words.length === 0 || words.some((word) => word.startsWith('-'))) return argv;
  const isKnown = ENTRIES.some(({ path }) => {
    const parts = path.split(' ');
    const shared = Math.min(parts.length, words.length);
    return parts.slice(0, shared).every((part, index) => part === words[index]);
  });
  return isKnown ? [...words, '--help'] : words;
}
