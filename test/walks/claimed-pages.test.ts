import { afterEach, expect, it } from 'vitest';
import type { Evidence } from '../../src/ports/plan-store.ts';
import { list } from '../../src/usecases/list.ts';
import { metrics } from '../../src/usecases/metrics.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { review } from '../../src/usecases/review.ts';
import { status } from '../../src/usecases/status.ts';
import { submit, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** What nobody signed is no fact on a page, whatever relctl.yaml of the branch says of itself. */
let company: SignedCompany;
afterEach(() => company.close());
const [operator] = PEOPLE.operations;
const NO_MEETING = { values: [], attended: [], lessons: [], debts: [], noDebt: true };

it('status says of a change record that nobody signed that it is claimed, and names no page', async () => {
  company = await openSignedCompany();
  await submit(company);
  const data = { correlation: 'x', system: 'servicenow', key: 'k', number: 'CHG42', url: 'https://evil.example.com/' };
  await forge(company, (all) => [...all, { actor: 'relctl', type: 'change-record.linked', data }]);
  const told = await status(company.as(operator), company.id);
  expect(told.data).toMatchObject({ changeRecord: { number: 'CHG42', system: 'servicenow', claimed: true } });
  expect(JSON.stringify(told)).toContain('claimed and not signed');
  expect(JSON.stringify(told)).not.toContain('evil');
});

it('a made-up deployment is a claim also where the branch says that it is the sandbox', async () => {
  company = await openSignedCompany();
  await submit(company);
  const { spec, specDigest, textDigest } = await company.plan();
  const text = { specDigest, textDigest };
  const life: readonly (readonly [string, object])[] = [
    ['cab.decided', { round: 1, decision: 'go', go: 2, noGo: 0, quorum: 2 }],
    ['stage.started', { ...text, attempt: 1, commit: spec.candidate.commit }],
    ['stage.completed', { ...text, attempt: 1, commit: spec.candidate.commit, images: {} }],
    [
      'deploy.started',
      { ...text, attempt: 1, fence: 1, strategy: 'shared-service', clusters: {}, steps: [], images: {} },
    ],
    ['canary.promoted', { attempt: 1, reason: 'fine' }],
    ['deploy.completed', { attempt: 1, images: {} }],
  ];
  await forge(company, (all) => [...all, ...life.map(([type, data]): Written => ({ actor: operator, type, data }))]);
  const real = company.as(operator);
  for (const simulated of [false, true]) {
    const context: Context = { ...real, environments: { ...real.environments, simulated } };
    expect((await status(context, company.id)).headline).toContain('claimed');
    const { releases } = (await list(context, { phases: [] })).data as { releases: readonly object[] };
    expect(releases).toMatchObject([{ approvals: 'not proved', claimed: true }]);
    expect((await metrics(context, { services: [] })).data).toMatchObject({ unproven: [company.id] });
  }
});

it('a review, which is signed, says of what nobody signed that it is claimed', async () => {
  company = await openSignedCompany();
  await walkTo(company, 'hypercare');
  const data = { to: operator, note: 'QA has looked at all of it' };
  await forge(company, (all) => [...all, { actor: operator, type: 'hypercare.handed-over', data }]);
  const { data: answer } = await review(company.as(PEOPLE.productManager), company.id, { ...NO_MEETING, draft: true });
  const text = new TextDecoder().decode(await company.store.read(company.id, answer.document as Evidence));
  expect(text.match(/claimed, and not signed/g)).toHaveLength(2);
  expect(text).toMatch(/handed over to \S+ \(claimed, and not signed\): QA has looked/);
});
