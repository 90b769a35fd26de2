import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

/** Each quick start is followed to the letter: every line of its blocks is given to a shell, one after the other, as a new user would. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = readdirSync(join(ROOT, 'docs/start')).filter((page) => !['index.md', 'adopting.md'].includes(page));
const home = mkdtempSync(join(tmpdir(), 'relctl-quick-start-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The lines of the blocks, each with the exit code that the page announces. */
function linesOf(page: string): readonly { readonly line: string; readonly exit: number }[] {
  const text = readFileSync(join(ROOT, 'docs/start', page), 'utf8');
  return [...text.matchAll(/^ *```sh(?: exit=(\d))?\n([\s\S]*?)^ *```/gm)].flatMap(([, exit, block]) =>
    (block ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => ({ line, exit: Number(exit ?? 0) })),
  );
}

test.each(PAGES)('%s', (page) => {
  const programs = join(home, 'bin');
  mkdirSync(programs, { recursive: true });
  rmSync(join(programs, 'relctl'), { force: true });
  symlinkSync(join(ROOT, 'bin/relctl.js'), join(programs, 'relctl'));
  const env = { ...process.env, HOME: home, PATH: `${programs}${delimiter}${process.env.PATH}` };
  const lines = linesOf(page);
  expect(lines.length).toBeGreaterThan(4);
  let cwd = ROOT;
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
});
