import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { companyFiles, STANDARD_SHAPE } from '../support/company-files.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { type Installed, installRelctl } from '../support/installed.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';

/** SIGTERM ends relctl wherever it is; it is sent as soon as the first program that it waits for hangs. */
let relctl: Installed;
let git: GitFixture;
let folder: string;
beforeAll(() => {
  relctl = installRelctl();
  folder = mkdtempSync(join(tmpdir(), 'relctl-terminated-'));
  git = gitFixture();
  const config = (config: Record<string, unknown>) => void Object.assign(config, { platform: 'kubernetes' });
  const commit = git.commit(companyFiles({ ...STANDARD_SHAPE, config }, '4.2.0'), 'Version 4.2.0');
  git.git('tag', 'v4.1.0');
  const head = sampleHead(({ spec }) => {
    spec.candidate = { base: 'v4.1.0', commit, branches: [] };
  });
  git.commit({ [SAMPLE_FILE]: head }, 'The plan');
  for (const tool of ['git', 'kubectl']) {
    writeFileSync(join(folder, tool), `#!/bin/sh\necho $$ > ${folder}/pid\nsleep 30\necho done > ${folder}/done\n`);
    chmodSync(join(folder, tool), 0o755);
  }
});
afterAll(() => {
  git.remove();
  relctl.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A program that has ended and that nobody has taken leave of, as in a container without an init, is at work no more. */
function isAtWork(pid: string): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).trim().startsWith('Z');
  } catch {
    return false;
  }
}

describe('relctl that is told to end', () => {
  it.each([
    `plan ${SAMPLE_ID} --check`,
    `packet ${SAMPLE_ID}`,
    `submit-cab ${SAMPLE_ID}`,
    `deploy ${SAMPLE_ID}`,
    'audit --all',
    'init',
    'doctor',
  ])('ends in %s, and so does the program that it waits for', async (line) => {
    rmSync(join(folder, 'pid'), { force: true });
    const ended = await relctl.run([...line.split(' '), '--as', 'ravi@example.com'], {
      cwd: git.root,
      env: { PATH: `${folder}:${process.env.PATH}` },
      started(child) {
        const poll = setInterval(() => {
          if (!existsSync(join(folder, 'pid')) || readFileSync(join(folder, 'pid'), 'utf8') === '') return;
          clearInterval(poll);
          child.kill('SIGTERM');
        }, 20);
        child.once('close', () => clearInterval(poll));
      },
    });
    expect([ended.exitCode, ended.signal]).toEqual(ended.signal === null ? [143, null] : [null, 'SIGTERM']);
    expect(existsSync(join(folder, 'done'))).toBe(false);
    await vi.waitFor(() => expect(isAtWork(readFileSync(join(folder, 'pid'), 'utf8').trim())).toBe(false), 5000);
  });
});
