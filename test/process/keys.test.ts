import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companyFiles, STANDARD_SHAPE } from '../support/company-files.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { type Installed, installRelctl } from '../support/installed.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/** A person with an SSH key in `~/.ssh`, and a repository that has no signers yet. */
let relctl: Installed;
let git: GitFixture;
const home = () => join(git.root, '.git', 'home');
const run = (args: readonly string[], person: string = PEOPLE.operations[0]) =>
  relctl.run([...args, '--as', person], { cwd: git.root, env: { HOME: home(), SSH_AUTH_SOCK: '' } });
const signers = () => readFileSync(join(git.root, 'relctl/allowed_signers'), 'utf8');
function makeKey(name: string): void {
  mkdirSync(join(home(), '.ssh'), { recursive: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(home(), '.ssh', name)]);
}
beforeAll(() => {
  relctl = installRelctl();
  git = gitFixture();
  git.commit(companyFiles(STANDARD_SHAPE, '4.1.0'), 'Version 4.1.0');
});
afterAll(() => {
  git.remove();
  relctl.remove();
});

describe('relctl keys', () => {
  it('says how to get a key where there is none', async () => {
    mkdirSync(home(), { recursive: true });
    const { exitCode, stderr } = await run(['keys', 'setup']);
    expect([exitCode, stderr.includes('signing.no-key')]).toEqual([2, true]);
    expect(stderr).toContain('ssh-keygen -t ed25519-sk');
  });

  it('sets a person up in one command: the key is found, tried, set, and its line is written', async () => {
    makeKey('id_ed25519');
    // Whatever this clone calls the remote; it is not asked.
    git.git('remote', 'add', 'company', '/srv/nowhere.git');
    const { exitCode, stdout, stderr } = await run(['keys', 'setup']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('git push -u company HEAD');
    expect(signers()).toContain(`${PEOPLE.operations[0]} namespaces="`);
    expect(git.git('config', '--get', 'relctl.signingKey')).toBe(join(home(), '.ssh', 'id_ed25519'));
    const before = signers();
    expect((await run(['keys', 'setup'])).exitCode).toBe(0);
    expect(signers()).toBe(before);
  });

  it('renews a key: the old one ends, the new one is set', async () => {
    makeKey('id_second');
    const { exitCode, stderr } = await run(['keys', 'rotate', '--key', join(home(), '.ssh', 'id_second')]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(signers()).toMatch(/,valid-before="\d{8}Z" ssh-ed25519/);
    expect(git.git('config', '--get', 'relctl.signingKey')).toContain('id_second');
  });

  it('revokes all keys of a person, and proposes that signatures are required once two people have some', async () => {
    makeKey('id_third');
    rmSync(join(home(), '.ssh', 'id_second'));
    const { stdout } = await run(['keys', 'setup', '--key', join(home(), '.ssh', 'id_third')], PEOPLE.rdLead);
    expect(stdout).toContain('mode: required');
    const { exitCode } = await run(['keys', 'revoke', '--person', PEOPLE.operations[0]]);
    expect(exitCode).toBe(0);
    expect(signers()).not.toContain(PEOPLE.operations[0]);
    expect(readFileSync(join(git.root, 'relctl/revoked_keys'), 'utf8').trim().split('\n')).toHaveLength(2);
  });
});
