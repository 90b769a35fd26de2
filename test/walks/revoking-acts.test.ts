import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RelctlError } from '../../src/errors.ts';
import { audit } from '../../src/usecases/audit.ts';
import { list } from '../../src/usecases/list.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { takeUp } from '../../src/usecases/runner/take-up.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { signoffQa } from '../../src/usecases/signoff-qa.ts';
import { deadRuns, refusal } from '../support/company.ts';
import {
  OPERATOR,
  opsSigns,
  qaSigns,
  submit,
  TESTER,
  toProduction,
  toStaging,
  voteGo,
  walkTo,
} from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** What was taken back stays taken back, whatever somebody who may push and has no key does to its record. */
let company: SignedCompany;
afterEach(() => company.close());

const HOUR = 3_600_000;
const git = (...args: string[]) => company.git.git(...args);
const keep = (what: string) =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, what);
const gates = async (step: Promise<unknown>) =>
  ((await refusal(step)).data as { readonly refusals: readonly { readonly gate: string }[] }).refusals.map(
    (one) => one.gate,
  );
const codes = async () =>
  ((await audit(company.as(OPERATOR), company.id)).data as { findings: { code: string }[] }).findings.map(
    (one) => one.code,
  );
const listed = async () =>
  ((await list(company.as(OPERATOR), { phases: [] })).data as { releases: readonly object[] }).releases[0];

async function open(station: Parameters<typeof walkTo>[1]): Promise<string> {
  company = await openSignedCompany();
  git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, station);
  return keep(station);
}

/** Puts the file of an earlier commit in the place of that of now, by a merge that looks like any other. */
function putBack(before: string): void {
  const tip = git('rev-parse', 'HEAD');
  git('checkout', '--quiet', '-B', 'train', before);
  git('commit', '--quiet', '--allow-empty', '-m', 'tidy');
  git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', tip);
}

describe('a plan that was reopened', () => {
  const subject = async () => {
    const { specDigest, textDigest } = await company.plan();
    return { specDigest, textDigest, reason: 'mended' };
  };

  it('stays a draft when the reopening is taken out of the history, be it about another text', async () => {
    const ready = await open('ready');
    await company.advanceToWindow();
    await reopen(company.as(PEOPLE.rdLead), company.id, 'it loses money');
    keep('Reopened');
    company.git.commit(
      {
        [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8').replace(
          '\nstatus:',
          '\n# less\nstatus:',
        ),
      },
      'Changed',
    );
    putBack(ready);
    expect(await gates(toProduction(company))).toContain('history.whole');
    expect(await codes()).toContain('signed-act-lost');
    expect(await listed()).toMatchObject({ claimed: true, approvals: 'not proved' });
  });

  it('is a draft by the signature of whoever may reopen it, and goes on to a new round', async () => {
    await open('submitted');
    for (const who of [PEOPLE.rdLead, PEOPLE.productManager]) {
      await reopen(company.as(who), company.id, 'another candidate');
      expect(await codes()).toEqual([]);
      await submit(company);
    }
    await voteGo(company, PEOPLE.cab[0]);
    await voteGo(company, PEOPLE.cab[1]);
    expect(await codes()).toEqual([]);
    expect((await company.state()).phase).toBe('approved');
  });

  it('is what nobody signed only where the record is whole: a deployment is not hidden behind it', async () => {
    const ready = await open('ready');
    await company.advanceToWindow();
    await toProduction(company);
    const deployed = keep('Deployed');
    git('checkout', '--quiet', '-B', 'train', ready);
    git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', deployed);
    const data = await subject();
    await forge(company, (all) => [...all, { actor: PEOPLE.rdLead, type: 'plan.reopened', data }]);
    keep('x');
    expect(await codes()).toEqual(expect.arrayContaining(['signature-missing', 'signed-act-lost']));
    expect(await listed()).toMatchObject({ claimed: true });
    // Whoever reopens it honestly takes approvals back, and hides nothing of production either.
    git('checkout', '--quiet', '-B', 'train', deployed);
    putBack(ready);
    await reopen(company.as(PEOPLE.rdLead), company.id, 'another candidate');
    expect(await codes()).toContain('signed-act-lost');
  });
});

describe('a canary that is held', () => {
  const schedule = () => {
    const dead = { runs: { ...deadRuns(company), liveness: async () => 'dead' as const } };
    const goOn = () => toProduction(company, { mode: 'resume', reason: 'its process was dead' }, dead);
    return takeUp(company.as(OPERATOR, dead), company.id, goOn);
  };
  const behind = (type: string, data: object) =>
    forge(company, (all) => [...all, { actor: 'releases@example.com', type, data: { attempt: 1, ...data } }]);

  it('is moved by a schedule only as far as somebody signed', async () => {
    company = await openSignedCompany({
      policy: (text) =>
        text.replace('machines: []', 'machines: [releases@example.com]').replace('deadRuns: page', 'deadRuns: resume'),
    });
    await walkTo(company, 'canary');
    const held = await company.plan();
    expect(held.events.at(-1)).toMatchObject({ type: 'canary.held', data: { signature: expect.anything() } });
    await behind('deploy.resumed', { fence: 1, reason: 'x' });
    expect(await schedule()).toMatchObject({ data: { act: 'left' } });
    await behind('canary.held', { reason: 'a machine' });
    expect(await schedule()).toMatchObject({ data: { act: 'left' } });
    await behind('rollback.started', { fence: 1, reason: 'x' });
    expect(await gates(schedule())).toContain('approval.genuine');
    expect((await company.state()).phase).toBe('canary');
    // A hold that nobody signed is not gone on from either: people are called.
    await forge(company, (all) => all.slice(0, held.events.length - 1));
    await behind('canary.held', { reason: 'x' });
    expect(await schedule()).toMatchObject({ data: { act: 'called' } });
  });

  it('can be aborted by whoever has no key, which the audit names', async () => {
    await open('canary');
    const context = company.as(OPERATOR);
    const signing = async () => {
      const ground = await context.signing();
      const sign = () => Promise.reject(new RelctlError('signing.no-key', 'no key', { why: '', hints: [] }));
      return { ...ground, signer: { ...ground.signer, sign } };
    };
    const aborted = await toProduction(company, { mode: 'abort', reason: 'stop' }, { signing });
    expect(aborted).toMatchObject({ result: 'done' });
    expect((await company.state()).phase).toBe('aborted');
    expect(await codes()).toContain('signature-missing');
  });
});

describe('what was said in the place of something else', () => {
  /** Puts two acts of a person in the other order. */
  const swap = (is: (event: { readonly actor: string; readonly type: string }) => boolean) =>
    forge(company, (all) => {
      const [first, last] = all.filter(is);
      if (first === undefined || last === undefined) throw new Error('there are no two');
      return all.map((one) =>
        one === first ? { ...last, at: first.at ?? '' } : one === last ? { ...first, at: last.at ?? '' } : one,
      );
    });

  it('does not take a No-Go back by standing behind it', async () => {
    await open('submitted');
    await voteGo(company, PEOPLE.cab[0]);
    await voteGo(company, PEOPLE.cab[2]);
    await signoffCab(company.as(PEOPLE.cab[2]), company.id, { decision: 'no-go', conditions: [], comment: 'a hole' });
    await swap((one) => one.actor === PEOPLE.cab[2] && one.type === 'cab.voted');
    await forge(company, (all) => [
      ...all.filter((one) => one.type !== 'cab.decided'),
      ...all.filter((one) => one.type === 'cab.decided').slice(0, 1),
    ]);
    await company.advanceToWindow(-4 * 24 * HOUR);
    expect(await gates(toStaging(company))).toContain('approval.objection');
  });

  it('does not take a reject back by standing behind it', async () => {
    await open('staged');
    await opsSigns(company);
    await qaSigns(company);
    const found = { junit: ['reports/*.xml'], passed: ['WALLET-2'], failed: ['WALLET-1'] };
    await signoffQa(company.as(TESTER), company.id, { ...found, decision: 'reject', comment: 'data loss' });
    await swap((one) => one.actor === TESTER && one.type === 'signoff.recorded');
    await company.advanceToWindow();
    expect(await gates(toProduction(company))).toContain('approval.objection');
  });
});
