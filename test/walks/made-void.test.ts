import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { hypercare } from '../../src/usecases/hypercare.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { takeUp } from '../../src/usecases/runner/take-up.ts';
import { deadRuns, refusal } from '../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** What nobody signed neither hides what a step rests on, nor takes the place of what somebody would sign. */
let company: SignedCompany;
afterEach(() => company.close());

const keep = (what: string) =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, what);
const types = async () =>
  (await company.plan()).events.map(({ type, data }) => `${type}${'signature' in data ? '*' : ''}`);

async function open(station: Parameters<typeof walkTo>[1]): Promise<void> {
  company = await openSignedCompany();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, station);
  keep(station);
}

it('a reopening in production changes nothing, and what stands before it is examined all the same', async () => {
  await open('canary');
  const { specDigest, textDigest } = await company.plan();
  await forge(company, (all) => [
    ...all.map((one) => {
      if (one.type !== 'cab.voted') return one;
      const { signature: _signature, ...data } = one.data as { readonly signature?: object };
      return { ...one, data };
    }),
    { actor: PEOPLE.rdLead, type: 'plan.reopened', data: { specDigest, textDigest, reason: 'x' } },
  ]);
  const { data } = await refusal(toProduction(company, { mode: 'resume' }));
  const { refusals } = data as { readonly refusals: readonly { readonly sentence: string }[] };
  expect(refusals.map(({ sentence }) => sentence).join('\n')).toMatch(/vote|decision|reopens a plan/);
});

it('whoever reopens a plan that somebody reopened in their name signs it', async () => {
  await open('ready');
  const { specDigest, textDigest } = await company.plan();
  const data = { specDigest, textDigest, reason: 'x' };
  await forge(company, (all) => [...all, { actor: PEOPLE.rdLead, type: 'plan.reopened', data }]);
  await reopen(company.as(PEOPLE.rdLead), company.id, 'it loses money');
  expect((await types()).at(-1)).toBe('plan.reopened*');
  await expect(reopen(company.as(PEOPLE.rdLead), company.id, 'again')).rejects.toMatchObject({ code: 'gate.refused' });
});

it('an incident that somebody made less of is recorded as it was told', async () => {
  await open('hypercare');
  const data = { ref: 'INC-9', severity: 5, note: '' };
  await forge(company, (all) => [...all, { actor: OPERATOR, type: 'incident.opened', data }]);
  const tell = () =>
    hypercare(company.as(OPERATOR), company.id, {
      exit: false,
      incident: { ref: 'INC-9', severity: '1', resolved: false },
    });
  await tell();
  expect(await types()).toContain('incident.opened*');
  const once = await types();
  await tell();
  expect((await types()).filter((type) => type.startsWith('incident'))).toEqual(
    once.filter((type) => type.startsWith('incident')),
  );
});

it('a deployment that was aborted goes back, also where its rollback could not be begun', async () => {
  await open('canary');
  const { store } = company.as(OPERATOR);
  const append: typeof store.append = async (plan, events) => {
    if (events.some(({ type }) => type === 'rollback.started')) throw new Error('the disk is gone');
    return store.append(plan, events);
  };
  const abort = toProduction(company, { mode: 'abort', reason: 'it loses money' }, { store: { ...store, append } });
  await expect(abort).rejects.toThrow('the disk is gone');
  const dead = { runs: { ...deadRuns(company), liveness: async () => 'dead' as const } };
  await takeUp(company.as(OPERATOR, dead), company.id, () => toProduction(company, { mode: 'resume' }, dead));
  expect((await company.state()).phase).toMatch(/aborted|canary/);
  await toProduction(company, { mode: 'resume' });
  expect((await company.state()).phase).toBe('aborted');
});
