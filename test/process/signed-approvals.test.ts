import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companyFiles, STANDARD_SHAPE } from '../support/company-files.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { type Finished, installRelctl } from '../support/installed.ts';
import { PEOPLE, SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';
import { POLICY_FILE, SIGNERS_FILE, signedPolicy, signerLine } from '../support/signed-company.ts';

/** The program itself, in a repository of its own, on real time: submission, votes and audits with keys of people. */
const [CAROL, CHEN, CARLOS] = PEOPLE.cab;
const relctl = installRelctl();
let git: GitFixture;

beforeAll(() => {
  git = gitFixture();
  const shape = {
    ...STANDARD_SHAPE,
    config: (config: Record<string, unknown>) => void Object.assign(config, { platform: 'kubernetes' }),
  };
  git.commit(companyFiles(shape, '4.1.0'), 'Version 4.1.0');
  git.git('tag', 'v4.1.0');
  const commit = git.commit({ 'services/web/main.js': '// version 4.2.0\n' }, 'Version 4.2.0');
  const head = sampleHead(({ spec }) => {
    spec.candidate = { base: 'v4.1.0', commit, branches: [] };
    // Far enough ahead that no clock makes the submission late.
    spec.window = { ...spec.window, start: '2126-12-03T14:00', end: '2126-12-03T18:00' };
  });
  const people = { [PEOPLE.rdLead]: ['submit'], [CAROL]: ['cab'], [CHEN]: ['cab'] } as const;
  const signers = Object.entries(people).map(([person, acts]) => signerLine(person, acts, keyOf(person)));
  git.commit({ [SAMPLE_FILE]: head, [POLICY_FILE]: signedPolicy(), [SIGNERS_FILE]: signers.join('') }, 'The plan');
});
afterAll(() => {
  git.remove();
  relctl.remove();
});

const keyFile = (person: string) => join(git.root, '.git', 'keys', person);
function keyOf(person: string): string {
  mkdirSync(dirname(keyFile(person)), { recursive: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', person, '-f', keyFile(person)]);
  return readFileSync(`${keyFile(person)}.pub`, 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
}

function run(args: readonly string[], person: string, key = person): Promise<Finished> {
  return relctl.run([...args, '--as', person], { cwd: git.root, env: { RELCTL_SIGNING_KEY: keyFile(key) } });
}
const GO = ['--decision', 'go', '--operational-readiness', '--security-review', '--impact-assessment'];
const voteOf = (person: string, key = person) => run(['signoff', 'cab', SAMPLE_ID, ...GO, '--json'], person, key);
interface Answer {
  readonly error?: { readonly code: string; readonly hints: readonly string[]; readonly data: Record<string, unknown> };
  readonly data?: Record<string, unknown>;
}
const read = (finished: Finished) => JSON.parse(finished.stdout) as Answer;
const history = () => readFileSync(join(git.root, SAMPLE_FILE), 'utf8');

describe('relctl where approvals are signed', () => {
  it('submits and votes with the keys of the people, and audits what they signed', async () => {
    const submitted = await run(['submit-cab', SAMPLE_ID, '--json'], PEOPLE.rdLead);
    expect(submitted.exitCode, submitted.stdout + submitted.stderr).toBe(0);
    const voted = await voteOf(CAROL);
    expect(voted.exitCode, voted.stdout + voted.stderr).toBe(0);
    const audited = await run(['audit', SAMPLE_ID, '--json'], CAROL);
    expect(audited.exitCode, audited.stdout).toBe(0);
    expect(read(audited).data).toMatchObject({ signing: 'required', signed: 2, findings: [] });
  });

  it('leaves what ssh-keygen alone can verify, as docs/signing.md shows', () => {
    const line =
      history()
        .split('\n')
        .find((one) => one.includes('"type":"cab.voted"')) ?? '';
    const { signature } = (JSON.parse(line.replace(/^ *- /, '')) as { data: { signature: Record<string, string> } })
      .data;
    const file = (name: string, content = '') => {
      writeFileSync(join(git.root, '.git', name), content);
      return join(git.root, '.git', name);
    };
    const signers = file('signers', `${git.git('show', `main:${SIGNERS_FILE}`)}\n`);
    const armored = file('statement.sig', signature.signature);
    const args = ['-Y', 'verify', '-f', signers, '-I', CAROL, '-n', 'cab-decision@relctl.dev', '-s', armored];
    const said = execFileSync('ssh-keygen', args, { input: signature.statement, encoding: 'utf8' });
    expect(said).toContain(`Good "cab-decision@relctl.dev" signature for ${CAROL}`);
    expect(JSON.parse(signature.statement ?? '')).toMatchObject({ predicate: { release: SAMPLE_ID, decision: 'go' } });
  });

  it('refuses a vote with the key of somebody else, says which line is missing, and records nothing', async () => {
    const before = history();
    const finished = await voteOf(CHEN, CAROL);
    expect(finished.exitCode).toBe(4);
    expect(read(finished).error).toMatchObject({ code: 'signing.refused', data: { fault: 'key-unknown' } });
    expect(history()).toBe(before);
  });

  it('shows a member without a key the line that has to be merged', async () => {
    keyOf(CARLOS);
    const finished = await voteOf(CARLOS);
    expect(read(finished).error).toMatchObject({ code: 'signing.refused', data: { fault: 'signer-unknown' } });
    expect(read(finished).error?.hints.join('\n')).toMatch(
      /carlos@example\.com namespaces="cab-decision@relctl\.dev" ssh-ed25519 AAAA/,
    );
  });

  it('refuses without any key, and says how to name one', async () => {
    const finished = await relctl.run(['signoff', 'cab', SAMPLE_ID, ...GO, '--json', '--as', CHEN], { cwd: git.root });
    expect(finished.exitCode).toBe(2);
    expect(read(finished).error).toMatchObject({
      code: 'signing.no-key',
      hints: expect.arrayContaining([expect.stringContaining('git config relctl.signingKey')]),
    });
  });

  it('names in status and in the audit of all releases who has to act again after the plan was edited', async () => {
    const file = join(git.root, SAMPLE_FILE);
    const before = history();
    writeFileSync(
      file,
      before.replace('# T-0, agreed with the shops', '').replace('Shoppers can pay', 'Shoppers may pay'),
    );
    const all = await run(['audit', '--all', '--json'], CAROL);
    expect(all.exitCode).toBe(1);
    const [line] = (read(all).data?.releases ?? []) as { findings: { code: string; fix: string }[] }[];
    expect(line?.findings).toContainEqual(
      expect.objectContaining({ code: 'spec-changed', fix: expect.stringContaining(`${PEOPLE.rdLead}: relctl plan`) }),
    );
    const shown = await run(['status', SAMPLE_ID, '--json'], CAROL);
    expect(JSON.stringify(read(shown).data?.refusedApprovals)).toContain(`the vote of ${CAROL} does not count`);
    writeFileSync(file, before);
  });

  it('takes no rules from the work tree, neither fewer nor other ones', async () => {
    writeFileSync(join(git.root, POLICY_FILE), signedPolicy().replace('mode: required', 'mode: unsigned'));
    writeFileSync(join(git.root, SIGNERS_FILE), signerLine(CARLOS, ['cab'], keyOfExisting(CARLOS)));
    const finished = await voteOf(CARLOS);
    expect(read(finished).error).toMatchObject({ code: 'signing.refused', data: { fault: 'signer-unknown' } });
    git.git('checkout', '--', POLICY_FILE, SIGNERS_FILE);
  });

  it('takes the decisive vote, and the decision follows', async () => {
    expect((await voteOf(CHEN)).exitCode).toBe(0);
    const audited = await run(['audit', '--all', '--json'], CAROL);
    expect(audited.exitCode, audited.stdout).toBe(0);
    expect(history()).toContain('phase: approved');
  });

  it('lets doctor say what a key may sign', async () => {
    const finished = await run(['doctor', '--json'], CAROL);
    expect(finished.stdout).toMatch(/may sign cab-decision@relctl\.dev/);
  });
});

function keyOfExisting(person: string): string {
  return readFileSync(`${keyFile(person)}.pub`, 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
}
