import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SignedAct } from '../../src/plan/policy.ts';
import { makeBareRemote } from '../support/bare-remote.ts';
import { signerLine } from '../support/signed-company.ts';
import { PEOPLE, type RecordedLine } from './support/company.ts';
import { type Lab, OTHER_OPERATOR } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';
import { grantRights, HOME, inClone, MACHINE, startRunnerLab } from './support/runner-lab.ts';

/**
 * A company that counts only what is signed hands a deployment over: the pod signs its records with the machine's key, from a Secret, and
 * approvals are judged in it by the rules and keys of the protected branch of its own clone.
 */
const keys = mkdtempSync(join(tmpdir(), 'relctl-keys-'));
const GRANTS: Readonly<Record<string, readonly SignedAct[]>> = {
  [PEOPLE.lead]: ['submit', 'exception', 'stage', 'hypercare'],
  [PEOPLE.cab]: ['cab'],
  [PEOPLE.qa]: ['qa'],
  [PEOPLE.ops]: ['ops', 'condition', 'exception', 'stage', 'deploy'],
  [OTHER_OPERATOR]: ['ops', 'exception', 'deploy'],
  [MACHINE]: ['stage', 'deploy'],
};

/** A key of a person, made when it is first asked for. */
function keyOf(person: string): string {
  const file = join(keys, person);
  if (!existsSync(file)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', person, '-f', file]);
  return file;
}

let lab: Lab;
beforeAll(async () => {
  const publicKey = (person: string) =>
    readFileSync(`${keyOf(person)}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  const signers = Object.entries(GRANTS).map(([person, acts]) => signerLine(person, acts, publicKey(person)));
  lab = await startRunnerLab(
    {
      environmentOf: (person) => (person in GRANTS ? { RELCTL_SIGNING_KEY: keyOf(person) } : {}),
      files: { 'relctl/allowed_signers': signers.join('') },
      policy: (text) =>
        text
          .replace(/mode: unsigned.*/, 'mode: required')
          .replace(/# repository: .*/, 'repository: git.example.com/shop/shop'),
    },
    { signingKey: { secret: 'relctl-signing' } },
  );
  await lab.plane.api.call('POST', `/api/v1/namespaces/${HOME}/secrets`, {
    metadata: { name: 'relctl-signing' },
    stringData: { 'ssh-privatekey': readFileSync(keyOf(MACHINE), 'utf8') },
  });
});
afterAll(async () => {
  await lab?.stop();
  rmSync(keys, { recursive: true, force: true });
});

it('is deployed by the machine, which signs what it did, for the person who asked', async () => {
  const arena = await lab.arena();
  const remote = makeBareRemote(arena.root);
  try {
    const [clone, other] = [remote.clone(PEOPLE.ops), remote.clone(OTHER_OPERATOR)];
    await grantRights(lab, arena, clone);
    const end = await arena.relctl(['deploy', RELEASE, '--runner', 'kubernetes'], inClone(clone));
    expect(end.code, `${end.stdout}${end.stderr}`).toBe(0);
    expect(end.stdout).toContain('is rolled out to production');
    const { events } = (parse(remote.records(RELEASE) ?? '') as { status: { events: RecordedLine[] } }).status;
    for (const type of ['deploy.started', 'canary.judged', 'deploy.completed']) {
      const event = events.find((one) => one.type === type);
      expect(event, type).toMatchObject({
        actor: MACHINE,
        data: { signature: { namespace: 'deployment-record@relctl.dev' } },
      });
    }
    const audit = await arena.relctl(['audit', RELEASE], inClone(other, { as: OTHER_OPERATOR }));
    expect(audit.code, audit.stdout).toBe(0);
    const job = await lab.plane.api.call<object>('GET', `/apis/batch/v1/namespaces/${HOME}/jobs`);
    expect(JSON.stringify(job)).not.toContain('PRIVATE KEY');
  } finally {
    await arena.remove();
    remote.remove();
  }
}, 240_000);
