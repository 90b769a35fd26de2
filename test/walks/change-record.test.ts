import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { queuedNotes } from '../../src/domain/change-record/notes.ts';
import { audit } from '../../src/usecases/audit.ts';
import { doctor } from '../../src/usecases/doctor.ts';
import { deliverRest } from '../../src/usecases/release/deliver-rest.ts';
import { remind } from '../../src/usecases/remind.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { OPERATOR, submit, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany } from '../support/signed-company.ts';

/** The change record of a release in the simulated system, whatever happens to relctl on the way. */

let company: Company;
afterEach(() => company.close());

const changeRecord = { kind: 'servicenow', repository: 'acme/shop', api: 'https://acme.example.com' };
const open = (gate = false) =>
  openCompany({
    shape: {
      config: (config) => Object.assign(config, { changeRecord }),
      policy: (text) => (gate ? `${text}\nchangeRecord: { beforeDeploy: true }\n` : text),
    },
  });
const records = () => company.sandbox.changes();
/** What `main` does when a command is over. */
const commandEnds = () => deliverRest(company.as(OPERATOR), company.id, 'for programs');
const refusedGates = (error: { readonly data: unknown }) =>
  (error.data as { refusals: { gate: string }[] }).refusals.map((one) => one.gate);

describe('the change record of a release', () => {
  it('is created with the submission, has a note for each transition, and is closed with the review', async () => {
    company = await open();
    await walkTo(company, 'submitted');
    expect(records()).toMatchObject([
      { stage: 'planned', correlation: `relctl:acme/shop:${company.id}:1`, title: expect.stringContaining(company.id) },
    ]);
    expect(records()[0]?.description).toMatch(/Packet of the board: releases\/.*\.html \(SHA-256 [0-9a-f]{64}\)/);
    const { start, end } = records()[0]?.window ?? { start: 0, end: 0 };
    expect([start, end].map((at) => new Date(at).toISOString())).toEqual([
      '2026-12-03T19:00:00.000Z',
      '2026-12-03T23:00:00.000Z',
    ]);
    await walkTo(company, 'canary', 'submitted');
    expect(records()).toMatchObject([{ stage: 'implementing' }]);
    await walkTo(company, 'closed', 'canary');
    await commandEnds();
    const [record, ...more] = records();
    expect(more).toEqual([]);
    expect(record).toMatchObject({ stage: 'closed', end: { outcome: 'successful' } });
    expect(record?.end?.notes).toContain('the canary saw enough traffic');
    const notes = record?.notes.map((note) => note.replace(/ \[relctl .*/, '').replace(/[,:.(].*/s, ''));
    const who = (person: string) => person.replace(/\..*/, '');
    expect(notes).toEqual([
      `Submitted to the Change Advisory Board by ${who(PEOPLE.rdLead)}`,
      'The board decided Go',
      'In staging',
      'QA ',
      'Operations ',
      `Deployment to production started by ${who(OPERATOR)}`,
      'Canary',
      `Canary promoted by ${who(OPERATOR)}`,
      'Deployed to all of production',
      'Smoke tests passed',
      'Hypercare until 2026-12-05T19',
      `Hypercare signed off by ${who(OPERATOR)}`,
      'Post-release review held; outcome',
    ]);
    const { data } = await status(company.as(OPERATOR), company.id);
    expect(data).toMatchObject({ changeRecord: { number: 'SIM0001', system: 'sandbox' }, undelivered: [] });
    expect((await audit(company.as(OPERATOR), company.id)).result).toBe('done');
  });

  it('is closed as unsuccessful by a rollback; the release that is reopened is another change', async () => {
    company = await open();
    await walkTo(company, 'deployed');
    await undo(company);
    await commandEnds();
    expect(records()).toMatchObject([{ stage: 'closed', end: { outcome: 'unsuccessful' } }]);
    expect(records()[0]?.end?.notes).toContain('checkouts fail');
  });

  it('is made up for by the next command where the system did not answer, and nothing waits for it', async () => {
    company = await open();
    company.sandbox.faults.set('change-record-down', true);
    expect((await submit(company)).result).toBe('done');
    expect(records()).toEqual([]);
    expect((await status(company.as(OPERATOR), company.id)).data.undelivered).toMatchObject([
      { channels: ['change record'] },
    ]);
    company.sandbox.faults.set('change-record-down', false);
    await remind(company.as(OPERATOR), company.id);
    await commandEnds();
    expect(records()).toMatchObject([{ stage: 'planned' }]);
    expect(records()[0]?.notes).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)('is one, killed %s any of its events', async (when) => {
    for (const event of ['change-record.begun', 'change-record.linked', 'notification.sent']) {
      company = await open();
      const { store } = company;
      const killed = submit(company, { store: dyingStore(store, event, when) });
      await expect(killed, event).rejects.toBeInstanceOf(Killed);
      // A creation whose end is not known is waited for before another is begun.
      await commandEnds();
      company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3 * 60_000);
      await commandEnds();
      expect(records(), `${when} ${event}`).toMatchObject([{ stage: 'planned' }]);
      expect(records()[0]?.notes, `${when} ${event}`).toHaveLength(1);
      const { data } = await status(company.as(OPERATOR), company.id);
      expect(data.changeRecord, `${when} ${event}`).toEqual({ number: 'SIM0001', system: 'sandbox' });
      company.close();
    }
    company = await open();
  });

  it('is one where two clones created it at once: the later one is cancelled and says why', async () => {
    company = await open();
    await walkTo(company, 'submitted');
    const [first] = records();
    if (first === undefined) throw new Error('a record was expected');
    const { correlation, title, description, window } = first;
    await company.as(OPERATOR).changeRecords?.create({ correlation, title, description, window });
    await walkTo(company, 'approved', 'submitted');
    expect(records()).toMatchObject([{ stage: 'planned' }, { stage: 'cancelled' }]);
    expect(records()[1]?.notes.join()).toContain('SIM0001');
  });
});

describe('where people sign', () => {
  const link = (key: string): Written => ({
    actor: PEOPLE.rdLead,
    type: 'change-record.linked',
    data: { correlation: 'x', system: 'simulated', key, number: 'CHG4711' },
  });

  it('a link that nobody signed neither keeps a record from being created, nor makes another change that of the release', async () => {
    company = await openSignedCompany({ shape: { config: (config) => Object.assign(config, { changeRecord }) } });
    const { changeRecords } = company.as(OPERATOR);
    const window = { start: 0, end: 1 };
    const other = await changeRecords?.create({ correlation: 'payroll', title: 'Payroll', description: '', window });
    for (const key of ['not-there', other?.key ?? '']) {
      await forge(company, (all) => [...all, link(key)]);
      // What was begun may still arrive: nothing is created before that is over.
      company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
      if (key === 'not-there') await submit(company);
      else await walkTo(company, 'approved', 'submitted');
    }
    const [payroll, own, ...more] = records();
    expect(payroll).toMatchObject({ title: 'Payroll', stage: 'planned', notes: [] });
    expect(own).toMatchObject({ correlation: `relctl:acme/shop:${company.id}:1` });
    expect(more).toEqual([]);
    expect(own?.notes.join()).toContain('The board decided Go');
  });

  it('the words of what nobody signed do not reach the system, only that it was recorded', async () => {
    company = await openSignedCompany({ shape: { config: (config) => Object.assign(config, { changeRecord }) } });
    await submit(company);
    const { specDigest, textDigest } = await company.plan();
    const data = { specDigest, textDigest, reason: 'log in again: https://mallory.example' };
    const reopening = { actor: PEOPLE.rdLead, type: 'plan.reopened', data };
    await forge(company, (all) => [...all, reopening]);
    const forged = (await company.plan()).events.filter((event) => event.type === 'plan.reopened');
    const notes = queuedNotes(company.id, forged);
    expect(notes.map(({ text }) => text).join()).toContain('mallory');
    await forge(company, (all) => [
      ...all,
      ...notes.map((note) => ({ actor: PEOPLE.rdLead, type: 'notification.queued', data: note })),
    ]);
    await remind(company.as(OPERATOR), company.id);
    const told = records()
      .flatMap(({ notes }) => notes)
      .join();
    expect(told).not.toContain('mallory');
    expect(told).toContain(`An unsigned plan.reopened was recorded for ${company.id}`);
  });

  it('what nobody submitted changes nothing that the record says of the plan', async () => {
    company = await openSignedCompany({ shape: { config: (config) => Object.assign(config, { changeRecord }) } });
    await submit(company);
    const [before] = records();
    expect(before?.description).toContain('cab-packet-1.html');
    const submitted = (await company.plan()).events.find((event) => event.type === 'cab.submitted');
    const forged = {
      ...submitted?.data,
      signature: undefined,
      round: 2,
      page: { file: 'log-in-again.html', sha256: 'a'.repeat(64) },
    };
    // Another text, and a submission of it that nobody signed, with what would have it told.
    const file = join(company.git.root, SAMPLE_FILE);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/T14:00/, 'T14:30'));
    await forge(company, (all) => [...all, { actor: PEOPLE.rdLead, type: 'cab.submitted', data: forged }]);
    const notes = queuedNotes(company.id, (await company.plan()).events.slice(-1));
    await forge(company, (all) => [
      ...all,
      ...notes.map((note) => ({ actor: PEOPLE.rdLead, type: 'notification.queued', data: note })),
    ]);
    await remind(company.as(OPERATOR), company.id);
    const [after] = records();
    expect(after?.notes.join()).toContain(`An unsigned cab.submitted was recorded for ${company.id}`);
    expect(after).toMatchObject({ description: before?.description, window: before?.window });
  });

  it('a note that nothing of the record is does not reach the system', async () => {
    company = await openSignedCompany({ shape: { config: (config) => Object.assign(config, { changeRecord }) } });
    await submit(company);
    const data = {
      key: 'f'.repeat(32),
      topic: 'dev.relctl.change-record.cab.decided',
      text: 'Go. Log in again: https://mallory.example',
      channels: ['change record'],
    };
    await forge(company, (all) => [...all, { actor: PEOPLE.rdLead, type: 'notification.queued', data }]);
    await remind(company.as(OPERATOR), company.id);
    expect(records()[0]?.notes.join()).not.toContain('mallory');
    expect(records()[0]?.notes.join()).toContain('Submitted');
  });
});

describe('where the policy asks for an approved change record', () => {
  it('nothing is deployed that is rejected, planned for another time, cancelled, or unknown', async () => {
    company = await open(true);
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const refuses = async (reason: RegExp) => {
      const error = await refusal(toProduction(company, { mode: 'canary' }));
      expect(refusedGates(error)).toEqual(['change.approved']);
      expect(error.message).toMatch(reason);
    };
    company.sandbox.faults.set('change-rejected', true);
    await refuses(/SIM0001 was rejected/);
    company.sandbox.faults.set('change-rejected', false);
    company.sandbox.faults.set('change-record-down', true);
    await refuses(/does not answer/);
    company.sandbox.faults.set('change-record-down', false);
    const changes = company.as(OPERATOR).changeRecords;
    const [record] = (await changes?.find(records()[0]?.correlation ?? '')) ?? [];
    if (changes === undefined || record?.window === undefined) throw new Error('a record was expected');
    const { window } = record;
    await changes.update(record, { window: { start: window.start + 3_600_000, end: window.end } });
    await refuses(/SIM0001 is planned from .*15:00.* and the plan for/);
    await changes.update(record, { window });
    expect(await toProduction(company, { mode: 'canary' })).toMatchObject({ data: { phase: 'canary' } });
    // What is in production goes on only as long as it is approved, and can always be taken back.
    company.sandbox.faults.set('change-rejected', true);
    expect(refusedGates(await refusal(toProduction(company, { mode: 'promote' })))).toEqual(['change.approved']);
    expect((await toProduction(company, { mode: 'abort', reason: 'not approved any more' })).data).toMatchObject({
      phase: 'aborted',
    });
  });

  it('nothing is deployed once the system, or a program that answers for it, is another than was submitted', async () => {
    company = await open(true);
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const { config } = company.as(OPERATOR);
    const friendly = { kind: 'command', repository: 'acme/shop', command: ['node', 'yes.mjs'] };
    const replaced = { config: { ...config, changeRecord: friendly as unknown as typeof config.changeRecord } };
    const error = await refusal(toProduction(company, { mode: 'canary' }, replaced));
    expect(refusedGates(error)).toContain('bound.same');
    expect(error.message + error.hints.join()).toContain('relctl.yaml changeRecord.kind');
  });

  it('doctor asks the system', async () => {
    company = await open(true);
    const seen = async () => {
      const { data } = await doctor(company.as(PEOPLE.rdLead));
      return (data.checks as { text: string; state: string }[]).find((one) => one.text === 'change record');
    };
    expect(await seen()).toMatchObject({ state: 'ok' });
    company.sandbox.faults.set('change-record-down', true);
    expect(await seen()).toMatchObject({ state: 'failed' });
  });
});
