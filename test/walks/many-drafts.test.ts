import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { list } from '../../src/usecases/list.ts';
import { metrics } from '../../src/usecases/metrics.ts';
import { provenSummaries } from '../../src/usecases/signing/look.ts';
import { PEOPLE, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** Pages about many releases ask git no more often where there are more of them: nothing that was signed is gone from any. */
let company: SignedCompany;
let made = 0;
beforeAll(async () => {
  company = await openSignedCompany();
});
afterAll(() => company.close());

async function addDrafts(count: number): Promise<void> {
  for (const end = made + count; made < end; made += 1) {
    const id = `2026-12-draft-${made}`;
    await company.store.create(id, sampleHead(() => undefined).replaceAll(SAMPLE_ID, id));
  }
  company.git.git('add', 'releases');
  company.git.git('commit', '--quiet', '-m', `${count} drafts`);
}

/** How many processes of git are begun. */
async function processes(work: () => Promise<unknown>): Promise<number> {
  const trace = join(company.git.root, '.git', 'trace');
  rmSync(trace, { force: true });
  process.env.GIT_TRACE2_EVENT = trace;
  try {
    await work();
  } finally {
    delete process.env.GIT_TRACE2_EVENT;
  }
  return readFileSync(trace, 'utf8').match(/"event":"start"/g)?.length ?? 0;
}

it('metrics, list and the report', async () => {
  const context = () => company.as(PEOPLE.rdLead);
  const pages: Readonly<Record<string, () => Promise<unknown>>> = {
    metrics: () => metrics(context(), { services: [] }),
    list: () => list(context(), { phases: [] }),
    report: async () => provenSummaries(context(), await context().store.summaries()),
  };
  const asked = async () => {
    const found: Record<string, number> = {};
    for (const [name, page] of Object.entries(pages)) found[name] = await processes(page);
    return found;
  };
  await addDrafts(2);
  const few = await asked();
  await addDrafts(6);
  expect(await asked()).toEqual(few);
});
