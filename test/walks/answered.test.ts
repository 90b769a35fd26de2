import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/main.ts';
import { companyFiles, STANDARD_SHAPE } from '../support/company-files.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { cacheHome } from '../support/state.ts';

let git: GitFixture;
beforeEach(() => {
  git = gitFixture();
}, 30_000);
afterEach(() => git.remove());

/** relctl at a terminal at which somebody types an answer when the text before it has been drawn. */
async function atTerminal(argv: readonly string[], answers: readonly (readonly [question: string, typed: string])[]) {
  const [stdin, output] = [new PassThrough(), new PassThrough()];
  output.end = () => output;
  const left = [...answers];
  let drawn = '';
  output.on('data', (chunk: Buffer) => {
    drawn += chunk.toString();
    const [next] = left;
    if (next === undefined || !drawn.includes(next[0])) return;
    left.shift();
    setImmediate(() => stdin.write(`${next[1]}\r`));
  });
  const exitCode = await run(argv, {
    stdin: Object.assign(stdin, { isTTY: true }) as unknown as NodeJS.ReadStream,
    stdout: Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream,
    stderr: Object.assign(output, { isTTY: true, columns: 200 }) as unknown as NodeJS.WriteStream,
    env: { ...process.env, XDG_CACHE_HOME: cacheHome(git.root), NO_COLOR: '1' },
    cwd: git.root,
  });
  return { exitCode, drawn };
}

test('a command that is printed to be pasted carries what was answered as well as what was typed', async () => {
  git.commit(companyFiles(STANDARD_SHAPE, '4.1.0'), 'Version 4.1.0');
  git.git('checkout', '--quiet', '-b', 'feature/wallet');
  git.commit(companyFiles(STANDARD_SHAPE, '4.2.0'), 'Version 4.2.0');
  git.git('checkout', '--quiet', 'main');
  const { exitCode, drawn } = await atTerminal(
    ['plan', '2026-wallet', '--branch', 'feature/wallet', '--as', 'priya@example.com'],
    [
      ['Name of the feature', 'Wallet & more'],
      ['What does production run', 'main'],
    ],
  );
  expect(exitCode).toBe(4);
  expect(drawn.replace(/\s+/g, ' ')).toContain(
    `relctl plan 2026-wallet --branch feature/wallet --as priya@example.com --feature 'Wallet & more' --base main --exception "<reason>"`,
  );
}, 30_000);
