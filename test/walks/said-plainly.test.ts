import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { renderHuman } from '../../src/renderers/human.ts';
import { createStyle } from '../../src/renderers/style.ts';
import { calendar } from '../../src/usecases/calendar.ts';
import { metrics } from '../../src/usecases/metrics.ts';
import { inDetail } from '../../src/usecases/status/detail.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';

/** What newcomers had to read twice, each sentence where it is said. */

let company: Company;
beforeAll(async () => {
  company = await openCompany();
  await walkTo(company, 'canary');
});
afterAll(() => company.close());

const at80 = (outcome: Outcome) => renderHuman(outcome, createStyle({ columns: 80, unicode: true }));

describe('what is said of a release whose canary is held', () => {
  test('status tells that it is as it was left, and not like a run that died', async () => {
    const { orphan } = (await status(company.as(OPERATOR), company.id)).data as { orphan: { sentence: string } };
    expect(orphan.sentence).toMatch(/^the release is held in production as the last run left it/);
    expect(orphan.sentence).not.toContain('no process');
  });

  test('status --verbose has its history in one zone, a line each at 80 columns', async () => {
    const context = company.as(OPERATOR);
    const outcome = await inDetail(context, company.id, await status(context, company.id));
    const [, history = ''] = at80(outcome).split('History (times in America/New_York)\n');
    const rows = history.split('\n\n')[0]?.trim().split('\n').slice(2) ?? [];
    expect(rows).toHaveLength((await company.plan()).events.length);
    for (const row of rows) expect(row).toMatch(/^ *\d+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}[a-z.-]+/);
  });

  test('the calendar says what its star is, in months that have one', async () => {
    const shown = async (month?: string) =>
      at80(
        (await calendar(company.as(OPERATOR), { months: 1, services: [], ...(month === undefined ? {} : { month }) }))
          .outcome,
      );
    expect(await shown()).toMatch(/\d\*[\s\S]*^\* today$/m);
    expect(await shown('2027-06')).not.toContain('*');
  });

  test('metrics are said to be simulated', async () => {
    expect((await metrics({ ...company.as(OPERATOR) }, { services: [] })).simulated).toBe(true);
  });
});
