import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companyFiles, STANDARD_SHAPE } from '../support/company-files.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { type Installed, installRelctl } from '../support/installed.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';

/** A clone of a repository that names programs: none of them runs before somebody has said so, and then nobody is asked again. */
let relctl: Installed;
let git: GitFixture;
let elsewhere: string;
const mark = () => join(elsewhere, 'ran');
beforeAll(() => {
  relctl = installRelctl();
  elsewhere = mkdtempSync(join(tmpdir(), 'relctl-named-'));
  git = gitFixture();
  const hook = { kind: 'command', name: 'hook', command: ['sh', '-c', `echo ran >> ${mark()}`] };
  const shape = {
    ...STANDARD_SHAPE,
    config: (config: Record<string, unknown>) =>
      void Object.assign(config, { platform: 'kubernetes', notifications: [hook] }),
  };
  git.commit(companyFiles(shape, '4.1.0'), 'Version 4.1.0');
  git.git('tag', 'v4.1.0');
  const commit = git.commit({ 'services/web/main.js': '// version 4.2.0\n' }, 'Version 4.2.0');
  const head = sampleHead(({ spec }) => {
    spec.candidate = { base: 'v4.1.0', commit, branches: [] };
    spec.window = { ...spec.window, start: '2126-12-03T14:00', end: '2126-12-03T18:00' };
  });
  git.commit({ [SAMPLE_FILE]: head }, 'The plan');
});
afterAll(() => {
  git.remove();
  relctl.remove();
  rmSync(elsewhere, { recursive: true, force: true });
});

const run = (args: readonly string[], trust = '') =>
  relctl.run([...args, '--as', 'ravi@example.com'], { cwd: git.root, env: { RELCTL_TRUST_COMMANDS: trust } });

describe('programs that the repository names', () => {
  it('are not run where nobody can be asked; the error shows them, and the exact command that allows them', async () => {
    const before = readFileSync(join(git.root, SAMPLE_FILE), 'utf8');
    const { exitCode, stderr } = await run(['submit-cab', SAMPLE_ID]);
    expect(existsSync(mark())).toBe(false);
    expect(readFileSync(join(git.root, SAMPLE_FILE), 'utf8')).toBe(before);
    expect([exitCode, stderr.includes('commands.untrusted')]).toEqual([2, true]);
    expect(stderr).toContain(`relctl submit-cab ${SAMPLE_ID} --as ravi@example.com --trust-commands`);
    expect(stderr).toContain('echo ran');
  });

  it('are not asked for by what only reads', async () => {
    for (const args of [['status', SAMPLE_ID], ['list'], ['audit', '--all'], ['calendar'], ['schema']]) {
      const { stderr, exitCode } = await run(args);
      expect([args[0], exitCode, stderr.includes('commands.untrusted')]).toEqual([args[0], 0, false]);
    }
  });

  it('run once they are allowed, and the clone remembers it outside the repository', async () => {
    const { stdout, stderr } = await run(['submit-cab', SAMPLE_ID, '--trust-commands']);
    expect([stdout + stderr, existsSync(mark())]).toEqual([expect.any(String), true]);
    expect(readFileSync(mark(), 'utf8')).toContain('ran');
    expect(git.git('status', '--porcelain', '--', '.relctl')).toBe('');
    writeFileSync(mark(), '');
    const again = await run(['remind', SAMPLE_ID]);
    expect(again.stderr).not.toContain('commands.untrusted');
  });
});
