import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { decide, type ProcessCommand } from '../../src/domain/process/process.ts';
import { auditRelease } from '../../src/usecases/audit/one.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { lookedUp } from '../../src/usecases/release/pass-gates.ts';
import { dueReleases } from '../../src/usecases/runner/due.ts';
import { status } from '../../src/usecases/status.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** Somebody without a key records that a release is over, and nothing that takes it out of production is refused for that. */
let company: SignedCompany;
afterEach(() => company.close());

const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');

async function inProduction(mode: 'full' | 'canary') {
  company = await openSignedCompany();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  commit();
  await toProduction(company, { mode });
  commit();
}

const state = async () => (await openRelease(company.as(OPERATOR), company.id)).journal.state;
const of = (type: string, data: object): Written => ({ actor: OPERATOR, type, data: { attempt: 1, ...data } });
const began = of('rollback.started', { reason: 'forged', fence: 1 });
const back = of('rollback.completed', { verified: 'empty diff over 9 objects' });
/** What an event of a type says. */
const said = <T>(all: readonly Written[], type: string): T => {
  const found = all.findLast((one) => one.type === type);
  if (found === undefined) throw new Error(`there is no ${type}`);
  return found.data as T;
};
const subject = (all: readonly Written[]) => {
  const { specDigest, textDigest } = said<{ specDigest: string; textDigest: string }>(all, 'cab.submitted');
  return { specDigest, textDigest };
};
const reopened = (all: readonly Written[]): Written => ({
  actor: PEOPLE.rdLead,
  type: 'plan.reopened',
  data: { ...subject(all), reason: 'forged' },
});
const images = (all: readonly Written[]) => said<{ images: object }>(all, 'stage.completed').images;
/** One that names a signature which is none. */
const junk = (all: readonly Written[], one: Written): Written => ({
  ...one,
  data: {
    ...one.data,
    signature: said<{ signature: object }>(all, 'deploy.started').signature,
  },
});

const ENDS: Readonly<Record<string, (all: readonly Written[]) => readonly Written[]>> = {
  'rolled back': () => [began, back],
  'rolled back, with the signature of something else': (all) => [junk(all, began), junk(all, back)],
  'rolled back, and never begun': () => [back],
  aborted: () => [of('deploy.aborted', { reason: 'forged' }), began, back],
  'rolled back, and reopened': (all) => [began, back, reopened(all)],
  'rolled back, reopened and submitted': (all) => [
    began,
    back,
    reopened(all),
    { actor: PEOPLE.rdLead, type: 'cab.submitted', data: { ...subject(all), round: 2 } },
  ],
  frozen: () => [of('release.frozen', { reason: 'forged', migration: 'add-wallet-table' })],
  deployed: (all) => [of('canary.promoted', { reason: 'forged' }), of('deploy.completed', { images: images(all) })],
  closed: (all) => [
    of('deploy.completed', { images: images(all) }),
    { actor: OPERATOR, type: 'verify.recorded', data: { ok: true, checks: [] } },
    { actor: OPERATOR, type: 'hypercare.started', data: { until: '2026-12-09T14:00:00.000Z', hours: 48 } },
    { actor: OPERATOR, type: 'hypercare.closed', data: { comment: '' } },
  ],
};

/** Puts an end behind the history, and gives the commands that are refused for what they are told. */
async function refusedBehind(
  forged: (all: readonly Written[]) => readonly Written[],
  commands: readonly ProcessCommand[],
) {
  const file = join(company.git.root, SAMPLE_FILE);
  const before = readFileSync(file, 'utf8');
  await forge(company, (all) => [...all, ...forged(all)]);
  const context = company.as(OPERATOR);
  const release = await openRelease(context, company.id);
  const refused = [];
  for (const command of commands) refused.push(...decide(command, await lookedUp(context, release, command)));
  writeFileSync(file, before);
  return refused.map(({ sentence }) => sentence);
}

it.each([
  ['full', ['rollback']],
  ['canary', ['rollback', 'deploy --abort']],
] as const)('no end that nobody signed shuts what takes production back: %s', async (mode, commands) => {
  await inProduction(mode);
  const refused = [];
  for (const [name, forged] of Object.entries(ENDS))
    for (const sentence of await refusedBehind(forged, commands)) refused.push(`${name}: ${sentence}`);
  expect(refused).toEqual([]);
});

it.each([
  ['a deployment that is said to be out', 'full', 'rolled back', () => undo(company)],
  [
    'a canary that is said to be deployed',
    'canary',
    'deployed',
    () => toProduction(company, { mode: 'abort', reason: 'errors' }),
  ],
] as const)('%s goes back, and that is signed', async (_title, mode, name, give) => {
  await inProduction(mode);
  await forge(company, (all) => [...all, ...(ENDS[name]?.(all) ?? [])]);
  commit();
  await give();
  const ended = await state();
  expect(['rolled-back', 'aborted']).toContain(ended.phase);
  expect(ended.deployment).toMatchObject({ attempt: 1, isEndProved: true });
  const { events } = await company.plan();
  const resumed = events.findLast(({ type }) => type === 'deploy.resumed')?.seq ?? 0;
  expect(events.findLast(({ type }) => type === 'rollback.completed')?.data).toHaveProperty('signature');
  // Only what was forged is named.
  const { findings } = await auditRelease(company.as(OPERATOR), company.id);
  expect(findings.filter(({ seq = 0 }) => seq >= resumed)).toEqual([]);
});

it('a canary that is said to be rolled back is due for whoever looks after it, and its plan is not reopened', async () => {
  await inProduction('canary');
  await forge(company, (all) => [...all, began, back]);
  commit();
  const context = company.as(OPERATOR);
  expect(await dueReleases(context, 'resume')).toEqual([company.id]);
  const { data } = await status(context, company.id);
  expect(JSON.stringify(data)).toContain(`relctl rollback ${company.id}`);
  expect((await refusal(reopen(company.as(PEOPLE.rdLead), company.id, 'again'))).data).toMatchObject({
    refusals: [{ gate: 'phase.order', command: `relctl rollback ${company.id}` }],
  });
});

it('what nobody signed changes nothing behind a rollback that is signed', async () => {
  await inProduction('full');
  await undo(company);
  commit();
  await forge(company, (all) => [...all, began, back]);
  expect(await state()).toMatchObject({ phase: 'rolled-back', deployment: { isEndProved: true } });
  await reopen(company.as(PEOPLE.rdLead), company.id, 'another candidate');
  expect((await state()).phase).toBe('draft');
});
