import { afterEach, expect, it } from 'vitest';
import { calendar } from '../../src/usecases/calendar.ts';
import { cabPacket } from '../../src/usecases/packet/build.ts';
import { observe } from '../../src/usecases/planning/check/observe.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { writeUncommitted } from '../support/signed-company.ts';

let company: Company;
afterEach(() => company.close());

/** A release beside ours whose plan somebody broke: it may change the same services in the same window. */
async function beside(text: string) {
  company = await openCompany();
  writeUncommitted(company, 'releases/2026-12-broken.yaml', text);
  return company.as(PEOPLE.rdLead);
}

it('a plan that cannot be read is no release without a clash: it asks for an exception, or to be mended', async () => {
  const context = await beside('kind: [\n');
  const error = await refusal(submitCab(context, company.id, {}));
  expect(error).toMatchObject({
    code: 'gate.refused',
    message: expect.stringContaining('2026-12-broken cannot be read, so nobody knows whether it changes'),
  });
  expect(error.hints).toContain('relctl list');
  expect(error.hints.some((hint) => hint.startsWith('--exception'))).toBe(true);
  expect(await submitCab(context, company.id, { exception: 'it is a draft of ours' })).toMatchObject({
    result: 'done',
  });
});

it('the packet and the calendar say that they do not know', async () => {
  const context = await beside('kind: [\n');
  const packet = await cabPacket(context, await observe(context, await openRelease(context, company.id)), 1);
  const schedule = JSON.stringify(packet.sections.find(({ id }) => id === 'schedule'));
  expect(schedule).toContain('2026-12-broken cannot be read: whether it overlaps is not known');
  expect(schedule).not.toContain('no other release of the same services overlaps');
  const { outcome } = await calendar(context, { months: 1, services: [] });
  expect(JSON.stringify(outcome.blocks)).toContain('2026-12-broken cannot be read');
});
