import { afterEach, expect, it } from 'vitest';
import { timeOf } from '../../src/domain/schedule/calendar.ts';
import { SIGNED_ACTS } from '../../src/plan/policy.ts';
import type { FoundIncident, Incidents } from '../../src/ports/incidents.ts';
import { hypercare } from '../../src/usecases/hypercare.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { openSignedCompany } from '../support/signed-company.ts';

/** Hypercare goes by the incidents of the company's own system, and not by what somebody typed. */

let company: Company;
afterEach(() => company.close());

it('takes over what the system says, is unhealthy while that cannot be read, and ends only when all are over', async () => {
  company = await openCompany();
  await walkTo(company, 'hypercare');
  const found: FoundIncident[] = [];
  let reads = true;
  const incidents: Incidents = {
    system: 'pager',
    opened: async () =>
      reads ? { ok: true, value: [...found] } : { ok: false, noData: { reason: 'unreachable', detail: 'it is down' } },
  };
  const look = (options: Partial<Parameters<typeof hypercare>[2]> = {}) =>
    hypercare(company.as(OPERATOR, { incidents }), company.id, { exit: false, ...options });
  const { clock } = company.sandbox;
  clock.advanceTo(clock.now() + 3_600_000);
  found.push({ ref: 'INC-1', title: 'checkout slow', severity: 3, isOpen: true });
  await look();
  await look();
  expect((await company.state()).incidents).toMatchObject([{ ref: 'INC-1', severity: 3, closedAt: undefined }]);
  // Somebody says that it is over; the system does not.
  await look({ incident: { ref: 'INC-1', resolved: true } });
  await look();
  expect((await company.state()).incidents.filter((one) => one.closedAt === undefined)).toHaveLength(1);
  const { hypercare: care } = await company.state();
  clock.advanceTo(timeOf(care?.until ?? '') + 60_000);
  const refused = await refusal(look({ exit: true, confirmed: true }));
  expect(refused.data).toMatchObject({ refusals: [{ gate: 'incidents.closed' }] });
  found[0] = { ref: 'INC-1', title: 'checkout slow', severity: 3, isOpen: false };
  reads = false;
  const unknown = await refusal(look({ exit: true, confirmed: true }));
  expect(unknown.data).toMatchObject({ refusals: [{ gate: 'hypercare.healthy' }, { gate: 'incidents.closed' }] });
  reads = true;
  expect((await look({ exit: true, confirmed: true })).result).toBe('done');
});

it.each([true, false])(
  'is told how bad an incident is, which somebody without a key wrote down as a small one (still open: %s)',
  async (isOpen) => {
    company = await openSignedCompany();
    await walkTo(company, 'hypercare');
    const ref = 'https://pager.example.com/4711';
    await forge(company, (all) => [
      ...all,
      { actor: OPERATOR, type: 'incident.opened', data: { ref, severity: 5, note: 'a typing error' } },
    ]);
    const incidents: Incidents = {
      system: 'pager',
      opened: async () => ({ ok: true, value: [{ ref, title: 'checkout down', severity: 1, isOpen }] }),
    };
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
    const look = () => hypercare(company.as(OPERATOR, { incidents }), company.id, { exit: false });
    await look();
    await look();
    const found = (await company.state()).incidents;
    expect(found.map(({ severity }) => severity)).toEqual([5, 1]);
    expect(found.every(({ closedAt }) => (closedAt === undefined) === isOpen)).toBe(true);
  },
);

it.each([true, false])(
  'is told once, also where the policy has nobody sign what is said of the time after a deployment (still open: %s)',
  async (isOpen) => {
    const acts = SIGNED_ACTS.filter((act) => act !== 'outcome').join(', ');
    company = await openSignedCompany({
      policy: (text) => text.replace('  mode: required', `  mode: required\n  acts: [${acts}]`),
    });
    await walkTo(company, 'hypercare');
    const incidents: Incidents = {
      system: 'pager',
      opened: async () => ({ ok: true, value: [{ ref: 'INC-1', title: 'checkout down', severity: 1, isOpen }] }),
    };
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
    // Each look is a run of its own.
    for (let looks = 0; looks < 3; looks += 1) {
      await hypercare(company.as(OPERATOR, { incidents }), company.id, { exit: false });
    }
    expect((await company.state()).incidents).toHaveLength(1);
  },
);
