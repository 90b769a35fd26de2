import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../src/program/entries.ts';
import { buildProgram, CommanderError } from '../../src/program/program.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const filesBelow = (folder: string, ending: RegExp) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => join(folder, file));

/** A command line that somebody may paste, and where it stands. */
interface Written {
  readonly at: string;
  readonly line: string;
  /** In a sentence a command may be named without its release. */
  readonly isNamed: boolean;
}

/** Lines of code blocks and samples, from `relctl` on. */
const LINE = /(?<=^\s*(?:\$ |- (?:run: )?|run: |npx )?|&& |\$\(|&& npx |then )relctl [a-z][^\n]*/gm;
/** Code in a sentence. */
const INLINE = /`(?:npx )?(relctl [a-z][^`]*)`/g;
/** A command that the sources print: with the tag of commands, or as it is. */
const PRINTED = /(?<![\w.])command`(relctl [a-z][^`]*)`|'(relctl [a-z][^'\n]*)'/g;

const COMMANDS = new Set(ENTRIES.map(({ path }) => path.split(' ')[0]));

function inMarkdown(file: string): readonly Written[] {
  return textOf(file)
    .split(/^ *```/m)
    .flatMap((part, nth): readonly Written[] => {
      const isBlock = nth % 2 === 1;
      const found = isBlock
        ? [...part.matchAll(LINE)].map(([line]) => line)
        : [...part.matchAll(INLINE)].map((one) => one[1] ?? '');
      return found.map((line) => ({ at: file, line, isNamed: !isBlock }));
    });
}

const inSample = (file: string): readonly Written[] => [
  ...[...textOf(file).matchAll(LINE)].map(([line]) => ({ at: file, line, isNamed: false })),
  ...[...textOf(file).matchAll(INLINE)].map((one) => ({ at: file, line: one[1] ?? '', isNamed: true })),
];

function inSource(file: string): readonly Written[] {
  const shown = textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');
  return [...shown.matchAll(PRINTED)].flatMap(([, tagged, plain = '']) => {
    // A sentence may begin with relctl too; with the tag it is a command whatever it says.
    const isSentence = tagged === undefined && !COMMANDS.has(plain.split(' ')[1] ?? '');
    return isSentence ? [] : [{ at: file, line: tagged ?? plain, isNamed: false }];
  });
}

/** The words of a command as a shell splits them, up to a pipe, another command or a comment; values stand for themselves. */
function wordsOf(line: string): readonly string[] {
  const filled = line.replace(/\$\{\{[^}]*\}\}|\$\{[^{}]*(\{[^{}]*\}[^{}]*)*\}/g, OPEN);
  const words: string[] = [];
  for (const [word] of filled.matchAll(/(?:"[^"]*"|'[^']*'|<[^>\s]*(?: [^>\s]*)*>|[^\s"'])+/g)) {
    if (/^(\||\|\||&&|;|#.*|\d?>.*|\\|<)$/.test(word)) break;
    words.push(word.replace(/^(["'])(.*)\1$/s, '$2').replace(/[;)]$/, ''));
    if (/[;)]$/.test(word)) break;
  }
  return words.slice(1);
}

/** What stands for a value, or for as many words as there are. */
const OPEN = '…';

/** What a line may mean: each open word is one value, or after the first any number of them, such as further flags. */
function readingsOf(line: string): readonly (readonly string[])[] {
  const words = wordsOf(line).filter((word) => word !== `--${OPEN}`);
  const asked = words[0] === 'signoff' && words[1] === OPEN ? ['signoff', 'qa', ...words.slice(2)] : words;
  const first = asked.indexOf(OPEN);
  return [asked, asked.filter((word, at) => word !== OPEN || at === first), asked.filter((word) => word !== OPEN)];
}

/** What commander says of it; nothing where it is a command with arguments and flags that it has. */
function problemOf({ line, isNamed }: Written): string | undefined {
  const problems = readingsOf(line).map((words) => problemWith(words, isNamed));
  return problems.includes(undefined) ? undefined : problems[0];
}

function problemWith(words: readonly string[], isNamed: boolean): string | undefined {
  const ignored = { write: () => undefined, columns: 80 };
  try {
    buildProgram('0.0.0', ignored, () => undefined, words[0]).parse(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (/^commander\.(help|helpDisplayed|version)$/.test(error.code)) return undefined;
    if (isNamed && /^commander\.(missingArgument|optionMissingArgument)$/.test(error.code)) return undefined;
    return error.message;
  }
}

const problemsOf = (all: readonly Written[]) =>
  all.flatMap((one) => {
    const problem = problemOf(one);
    return problem === undefined ? [] : [`${one.at}: ${one.line}: ${problem}`];
  });

describe('a command that is written down is one that relctl has, with its arguments and flags', () => {
  it.each([
    ['relctl status', 'missing required argument'],
    ['relctl status a b', 'too many arguments'],
    ['relctl deploy a --windw b', 'unknown option'],
    ['relctl deplyo a', 'unknown command'],
    ['relctl submit-cab a   and the approvals after it', 'too many arguments'],
  ])('%s is none', (line, problem) => {
    expect(problemOf({ at: '', line, isNamed: false })).toContain(problem);
  });

  it.each([
    [
      'README.md and docs',
      ['README.md', 'CONTRIBUTING.md', 'releases/README.md', ...filesBelow('docs', /\.md$/)],
      inMarkdown,
      250,
    ],
    ['templates and samples', filesBelow('templates', /\.\w+$/), inSample, 10],
    ['what the sources print', filesBelow('src', /\.ts$/), inSource, 200],
  ] as const)('%s', (_name, files, read, least) => {
    const all = files.flatMap(read);
    expect(all.length).toBeGreaterThan(least);
    expect(problemsOf(all)).toEqual([]);
  });
});
