import { afterEach, describe, expect, it } from 'vitest';
import { RelctlError } from '../../../../src/errors.ts';
import { checkRelease } from '../../../../src/usecases/planning/check/check-release.ts';
import { readOutlooks } from '../../../../src/usecases/slo/outlook.ts';
import { type Company, type CompanyOptions, openCompany } from '../../../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../../../support/company-walk.ts';
import { standardPolicy } from '../../../support/gate-facts.ts';

let company: Company;
afterEach(() => company.close());

async function ready(options: CompanyOptions = {}) {
  company = await openCompany(options);
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

/** Such a release announces nothing and changes nothing. */
async function refused(code: string): Promise<RelctlError> {
  const before = await company.production();
  const error = await toProduction(company).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RelctlError);
  expect(error).toMatchObject({ code });
  expect(await company.production()).toEqual(before);
  expect((await company.plan()).events.map(({ type }) => type)).not.toContain('deploy.started');
  expect(company.sandbox.outbox().filter(({ topic }) => topic === 'deploy.starting')).toEqual([]);
  return error as RelctlError;
}

describe('a canary with too little traffic', () => {
  it('is refused before anything is announced, with the share and the bake that would do, and can be accepted', async () => {
    await ready();
    company.sandbox.setRequestRate('web', 2);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 20 * 60_000);
    const error = await refused('canary.too-little-traffic');
    expect(error.message).toMatch(
      /^production has too little traffic to show ×5: web errors: .*a bake of [\dhmin ]+ \(bake: \d+m\) shows it$/,
    );
    expect(error.hints).toContain(`relctl deploy ${company.id} --accept-low-traffic`);
    const outcome = await toProduction(company, { acceptLowTraffic: true });
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'canary.inconclusive' } });
  });

  it('is told in plan --check in the same words', async () => {
    company = await openCompany();
    company.sandbox.setRequestRate('web', 2);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 20 * 60_000);
    const { data } = await checkRelease(company.as(OPERATOR), company.id);
    const found = (data as { findings: { code: string; problem: string; fix: string }[] }).findings;
    expect(found.find(({ code }) => code === 'canary.too-little-traffic')).toMatchObject({
      problem: expect.stringMatching(/^web errors: [\d.]+ requests\/s, .*so the deployment will be refused$/),
      fix: expect.stringMatching(/a bake of [\dhmin ]+ \(bake: \d+m\) shows it$/),
    });
  });
});

describe('an SLO that cannot be counted', () => {
  const betweenEdges: CompanyOptions = {
    plan: ({ spec }) => {
      for (const slo of spec.slos) slo.good = slo.good.replace('le="0.3"', 'le="0.35"');
    },
  };

  it('is refused before the announcement and in plan --check, with the edges that there are', async () => {
    await ready(betweenEdges);
    company.sandbox.faults.set('coarse-buckets', true);
    const said = /^api latency: the histogram has no edge at 0\.35; it has 0\.1, 0\.25, 0\.5, 1, 2\.5, 5, 10$/;
    expect((await refused('canary.uncountable')).message).toMatch(said);
    const error = await checkRelease(company.as(OPERATOR), company.id).catch((thrown: unknown) => thrown);
    expect((error as RelctlError).data).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'slos.uncountable', problem: expect.stringMatching(said) }),
      ]),
    });
  });
});

describe('what production says before a canary', () => {
  it('is read for each SLO, as the bake reads it', async () => {
    company = await openCompany();
    const { spec } = await company.plan();
    const read = () => readOutlooks(company.as(OPERATOR), { spec, policy: standardPolicy() }, async () => 20);
    for (const one of await read()) {
      expect(one).toMatchObject({ state: 'known', outlook: { slo: one.slo.name, sick: [] }, lost: [], foreign: [] });
      if (one.state === 'known') expect(one.outlook.rate).toBeGreaterThan(300);
    }
    company.sandbox.faults.set('prometheus-down', true);
    expect((await read()).map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('leaves out services that no canary can be set beside', async () => {
    company = await openCompany();
    const { spec } = await company.plan();
    const read = await readOutlooks(company.as(OPERATOR), { spec, policy: standardPolicy() }, async (service) =>
      service === 'api' ? undefined : 20,
    );
    expect(read.map(({ slo }) => slo.name)).toEqual(['web errors']);
  });
});
