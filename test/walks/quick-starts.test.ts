import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * The quick starts and the first commands of README.md are followed to the letter: every line of their blocks is given to a shell, one
 * after the other, as a new user would.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = readdirSync(join(ROOT, 'docs/start')).filter((page) => !['index.md', 'adopting.md'].includes(page));
const home = mkdtempSync(join(tmpdir(), 'relctl-quick-start-'));
const programs = join(home, 'bin');
const env = { ...process.env, HOME: home, PATH: `${programs}${delimiter}${process.env.PATH}` };
beforeAll(() => {
  mkdirSync(programs, { recursive: true });
  symlinkSync(join(ROOT, 'bin/relctl.js'), join(programs, 'relctl'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Line {
  readonly line: string;
  readonly exit: number;
}

/** The lines of the blocks, each with the exit code that the page announces. */
function linesOf(page: string): readonly Line[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^ *```sh(?: exit=(\d))?\n([\s\S]*?)^ *```/gm)].flatMap(([, exit, block]) =>
    (block ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => ({ line, exit: Number(exit ?? 0) })),
  );
}

/** Gives the lines to a shell, each where the one before it ended. */
function follow(lines: readonly Line[], from: string): void {
  let cwd = from;
  for (const { line, exit } of lines) {
    const said = spawnSync('bash', ['-c', `${line}\ncode=$?; pwd >&3; exit $code`], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const told = `${said.stdout}${said.stderr}`.slice(-2000);
    expect({ line, code: said.status, told: said.status === exit ? '' : told }).toEqual({ line, code: exit, told: '' });
    cwd = String(said.output[3]).trim();
  }
}

test.each(PAGES)('%s', (page) => {
  const lines = linesOf(join('docs/start', page));
  expect(lines.length).toBeGreaterThan(4);
  follow(lines, ROOT);
});

test.each(PAGES)('%s names no command of relctl in a sentence that its blocks could give', (page) => {
  const text = readFileSync(join(ROOT, 'docs/start', page), 'utf8').replace(/^ *```[\s\S]*?^ *```/gm, '');
  const named = [...text.matchAll(/`(relctl [a-z-]+ 2026-[^`]*)`/g)].map(([, line = '']) => line);
  expect(named.filter((line) => !/--resume|--abort|--reason/.test(line))).toEqual([]);
});

describe('README.md, Use it', () => {
  const block = readFileSync(join(ROOT, 'README.md'), 'utf8').match(/^relctl init [\s\S]*?(?=^```)/m)?.[0] ?? '';
  const lines = block.split('\n').filter((line) => line !== '');

  test('in a simulated company, as it says one practises', () => {
    const product = join(home, 'product');
    follow([{ line: `npm run practice -- ${product} lead`, exit: 0 }], ROOT);
    const branch = 'git branch feature/wallet feature/wallet-checkout';
    const fill =
      'mv releases/2026-12* releases/2026-11-wallet-checkout.yaml && ./fill-plan && mv releases/2026-11* releases/2026-12-wallet-checkout.yaml';
    follow(
      [
        { line: branch, exit: 0 },
        ...lines.flatMap((line): readonly Line[] => {
          if (line.startsWith('relctl init')) return [{ line: 'relctl init --platform sandbox', exit: 0 }];
          if (!line.includes('--check')) return [{ line, exit: 0 }];
          return [
            { line, exit: 2 },
            { line: fill, exit: 0 },
            { line, exit: 0 },
          ];
        }),
      ],
      product,
    );
    expect(lines).toHaveLength(6);
  });
});

test('a practice says how relctl is built where it is not, and how to begin anew', () => {
  const unbuilt = join(home, 'unbuilt');
  cpSync(join(ROOT, 'scripts'), join(unbuilt, 'scripts'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(unbuilt, 'package.json'));
  const practice = (from: string) =>
    spawnSync(process.execPath, [join(from, 'scripts/practice.js'), unbuilt, 'lead'], { env, encoding: 'utf8' });
  expect(practice(unbuilt)).toMatchObject({ status: 2, stderr: expect.stringContaining('npm ci && npm run build') });
  expect(practice(ROOT)).toMatchObject({ status: 2, stderr: expect.stringContaining(`rm -r ${unbuilt}`) });
});
