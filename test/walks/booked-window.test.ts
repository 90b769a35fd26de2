import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkRelease } from '../../src/usecases/planning/check/check-release.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { status } from '../../src/usecases/status.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { refusal } from '../support/company.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE, SAMPLE_ID } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany, writeUncommitted } from '../support/signed-company.ts';

/** A release that was submitted keeps its window, whatever somebody without a key makes of its file, until somebody signs that it is over. */
const HELD = /changes web, api too, and both windows are open|nothing proves that it was taken back/;
const OURS = '2026-12-vouchers';
let company: SignedCompany;
afterEach(() => company.close());
const text = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');

/** Theirs is approved, for the services and the window that ours, a draft, has too. */
async function twoReleases(): Promise<void> {
  company = await openSignedCompany();
  company.git.setClock(company.sandbox.clock.now());
  const draft = text();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'approved');
  company.git.commit({ [SAMPLE_FILE]: text() }, 'Approved');
  const [head = ''] = draft.split('\nstatus:');
  writeUncommitted(company, `releases/${OURS}.yaml`, `${head.replaceAll(SAMPLE_ID, OURS)}\n`);
}

const subject = async () => {
  const { specDigest, textDigest } = await company.plan();
  return { specDigest, textDigest };
};
const submitOurs = () => submitCab(company.as(PEOPLE.rdLead), OURS, {});
const write = (changed: string) => company.git.commit({ [SAMPLE_FILE]: changed }, 'Tidy');
const appended = async (event: Omit<Written, 'actor'>) => {
  await forge(company, (events) => [...events, { actor: PEOPLE.rdLead, ...event }]);
  write(text());
};

const MADE_UP: Readonly<Record<string, () => Promise<unknown> | unknown>> = {
  'nothing: they clash': () => undefined,
  'another window': () => write(text().replaceAll(': 2026-12-03T1', ': 2027-02-03T1')),
  'another service': () => write(text().replace(/\b(web|api)\b(?=[,\]\n])/g, '$1-old')),
  'another process': () => write(text().replace('process: standard-3.0', 'process: standard-2.0')),
  'no history': () => write(`${text().split('\nstatus:')[0]}\n`),
  'no file': () => company.git.commit({ [SAMPLE_FILE]: null }, 'Tidy'),
  'an end cut off': async () => {
    await forge(company, (events) =>
      events.slice(
        0,
        events.findIndex(({ type }) => type === 'cab.submitted'),
      ),
    );
    write(text());
  },
  'a reopening': async () => appended({ type: 'plan.reopened', data: { ...(await subject()), reason: 'later' } }),
  'an abort': async () => appended({ type: 'deploy.aborted', data: { ...(await subject()), reason: 'later' } }),
  'a No-Go': async () => {
    const decided = (events: readonly Written[]) => events.find(({ type }) => type === 'cab.decided')?.data;
    await forge(company, (events) => [
      ...events,
      { actor: PEOPLE.rdLead, type: 'cab.decided', data: { ...decided(events), decision: 'no-go' } },
    ]);
    write(text());
  },
};

describe('a window that was submitted', () => {
  it.each(Object.entries(MADE_UP))('is held against another release after: %s', async (_, tamper) => {
    await twoReleases();
    await tamper();
    const error = await refusal(submitOurs());
    expect(error).toMatchObject({ code: 'gate.refused' });
    expect(error.message).toMatch(HELD);
    // What refuses the submission is found before it is tried.
    const { data } = await status(company.as(PEOPLE.rdLead), OURS);
    expect(data).toMatchObject({ blockers: [{ gate: 'time.no-clash', sentence: expect.stringMatching(HELD) }] });
    const checked = await checkRelease(company.as(PEOPLE.rdLead), OURS);
    expect(checked.data.findings).toContainEqual(
      expect.objectContaining({ code: 'time.no-clash', problem: expect.stringMatching(HELD) }),
    );
  });

  it('is not taken for free in a clone without its history, of which the plan was deleted', async () => {
    await twoReleases();
    company.git.commit({ [SAMPLE_FILE]: null }, 'Tidy');
    writeFileSync(join(company.git.root, '.git/shallow'), `${company.git.git('rev-parse', 'HEAD').trim()}\n`);
    expect(await refusal(submitOurs())).toMatchObject({
      code: 'gate.refused',
      message: expect.stringMatching(/not in this clone.*git fetch --unshallow/),
    });
  });

  it('is looked at anew each time that a run asks for it', async () => {
    company = await openSignedCompany();
    const draft = text();
    const [head = ''] = draft.split('\nstatus:');
    writeUncommitted(company, `releases/${OURS}.yaml`, `${head.replaceAll(SAMPLE_ID, OURS)}\n`);
    const release = await openRelease(company.as(PEOPLE.rdLead), OURS);
    expect((await release.schedule()).others.some(({ phase }) => phase !== 'draft')).toBe(false);
    company.git.setClock(company.sandbox.clock.now());
    await walkTo(company, 'approved');
    company.git.commit({ [SAMPLE_FILE]: text() }, 'Approved');
    expect((await release.schedule()).others.some(({ phase }) => phase === 'approved')).toBe(true);
  });

  it('is free once somebody signs that the plan is a draft again', async () => {
    await twoReleases();
    await reopen(company.as(PEOPLE.rdLead), SAMPLE_ID, 'the shops ask for another day');
    expect(await submitOurs()).toMatchObject({ result: 'done' });
  });

  it('is free once somebody signs that it was taken out', async () => {
    await twoReleases();
    await walkTo(company, 'ready', 'approved');
    await company.advanceToWindow();
    await toProduction(company);
    await undo(company);
    company.git.commit({ [SAMPLE_FILE]: text() }, 'Rolled back');
    expect(JSON.stringify(await refusal(submitOurs()))).not.toContain(SAMPLE_ID);
    company.git.commit({ [SAMPLE_FILE]: null }, 'Tidy');
    expect(JSON.stringify(await refusal(submitOurs()))).not.toContain(SAMPLE_ID);
  });
});
