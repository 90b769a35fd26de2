import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { EventOf } from '../../src/plan/events.ts';
import { auditRelease } from '../../src/usecases/audit/one.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { status } from '../../src/usecases/status.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/**
 * Somebody without a key writes an event of 2099. Nothing goes forward, status and audit say why and what takes it out, and production is put back all
 * the same: what is recorded of that has the date of the day, its signatures count, and the release begins anew behind it.
 */
let company: SignedCompany;
afterEach(() => company.close());

const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
const pushAhead = async () => {
  const { events } = await company.plan();
  const queued = events.find(({ type }) => type === 'notification.queued') as EventOf<'notification.queued'>;
  const data = { key: queued.data.key, channel: 'chat' };
  await forge(company, (all) => [
    ...all,
    { actor: 'relctl', type: 'notification.sent', data, at: '2099-01-01T00:00:00.000Z' },
  ]);
  commit();
};
const codes = async () =>
  (await auditRelease(company.as(OPERATOR), company.id)).findings.map(({ code }) => code as string);

it('an event that is dated far ahead shuts no abort, and is named with what takes it out', async () => {
  company = await openSignedCompany();
  const ending = company.signers.replace(
    new RegExp(`^(${OPERATOR} namespaces="[^"]*")`, 'm'),
    '$1,valid-before="20280101Z"',
  );
  company.git.commit({ [SIGNERS_FILE]: ending }, 'Keys end');
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  commit();
  const before = await company.production();
  await toProduction(company, { mode: 'canary' });
  commit();
  await pushAhead();

  const named = {
    gate: 'history.order',
    sentence: expect.stringMatching(/is dated 2099-01-01T00:00:00.000Z, and the clock here says 2026-.*git revert/),
  };
  expect((await status(company.as(OPERATOR), company.id)).data.blockers).toContainEqual(expect.objectContaining(named));
  expect(await refusal(toProduction(company, { mode: 'promote' }))).toMatchObject({ data: { refusals: [named] } });
  expect(await codes()).toContain('event-ahead');

  company.git.git('revert', '--no-edit', 'HEAD');
  expect((await status(company.as(OPERATOR), company.id)).data.blockers).toEqual([]);
  expect(await codes()).not.toContain('event-ahead');

  await pushAhead();
  await toProduction(company, { mode: 'abort', reason: 'errors' });
  expect((await company.state()).phase).toBe('aborted');
  expect(await company.production()).toEqual(before);
  expect(new Set(await codes())).toEqual(new Set(['event-ahead', 'order-impossible']));
  const { events } = await company.plan();
  const ahead = events.findIndex(({ at }) => at.startsWith('2099'));
  expect(events.slice(ahead + 1).filter(({ at }) => !at.startsWith('2026'))).toEqual([]);

  await reopen(company.as(PEOPLE.rdLead), company.id, 'once more');
  const { blockers } = (await status(company.as(OPERATOR), company.id)).data;
  expect((blockers as readonly { gate: string }[]).map(({ gate }) => gate)).not.toContain('history.order');
}, 1_200_000);
