import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkPlan, TO_BE_WRITTEN } from '../../../../src/domain/plan-rules/plan-check.ts';
import { type Config, configSchema } from '../../../../src/plan/config.ts';
import { policySchema } from '../../../../src/plan/policy.ts';
import { PEOPLE, samplePlan, type WrittenPlan } from '../../../support/sample-plan.ts';

const POLICY = policySchema.parse(
  parse(
    readFileSync(fileURLToPath(new URL('../../../../templates/process/standard-3.0.yaml', import.meta.url)), 'utf8'),
  ),
);
const NOW = Date.UTC(2026, 10, 20);

function configOf(change: (config: Record<string, unknown>) => void = () => undefined): Config {
  const service = (name: string) => ({
    paths: [`services/${name}/**`],
    manifests: { staging: [`deploy/staging/${name}.yaml`], production: [`deploy/production/${name}.yaml`] },
  });
  const config: Record<string, unknown> = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'sandbox',
    environments: {
      staging: { context: 's', namespace: 'shop', host: 'staging.example.com' },
      production: { context: 'p', namespace: 'shop', host: 'www.example.com' },
    },
    services: { web: service('web'), api: service('api') },
  };
  change(config);
  return configSchema.parse(config);
}

function codes(change?: (document: WrittenPlan) => void, config = configOf(), policy = POLICY): string[] {
  const plan = samplePlan(change === undefined ? {} : { change });
  return checkPlan({ plan, policy, config, now: NOW }).map(({ severity, code, path }) => {
    // Each path must lead somewhere in the file, or the place of the finding would be a guess.
    expect(plan.place(path).line).toBeGreaterThan(plan.place(['spec']).line ?? 0);
    return `${severity} ${code}`;
  });
}

test('the sample plan is complete', () => {
  expect(codes()).toEqual([]);
});

test('each mark of a draft is an error at its own place, named as people know it, with its hint', () => {
  const plan = samplePlan({
    change: ({ spec }) => {
      const [web] = spec.services;
      if (web !== undefined) web.change = `${TO_BE_WRITTEN}: what changes`;
      spec.impact.summary = `Drafted. ${TO_BE_WRITTEN}`;
    },
  });
  const findings = checkPlan({ plan, policy: POLICY, config: configOf(), now: NOW });
  expect(findings.map(({ code, path, problem, fix }) => [code, path.join('.'), problem, fix])).toEqual([
    ['plan.unwritten', 'spec.services.0.change', 'services[web].change is still to be written', 'what changes'],
    ['plan.unwritten', 'spec.impact.summary', 'impact.summary is still to be written', 'write it'],
  ]);
});

type Case = readonly [what: string, expected: string | readonly string[], change: (spec: WrittenPlan['spec']) => void];

/** The item of a list that is known to be there. */
function item<T>(list: readonly T[] | undefined, index = 0): T {
  const found = list?.[index];
  if (found === undefined) throw new Error(`the sample has no item ${index}`);
  return found;
}

const CASES: readonly Case[] = [
  ['a window that ends before it starts', 'error window.order', (s) => (s.window.end = '2026-12-03T13:00')],
  ['a window of more than a day', 'warning window.long', (s) => (s.window.end = '2026-12-05T13:00')],
  ['a window shorter than the bake', 'error window.bake', (s) => (s.window.end = '2026-12-03T14:10')],
  ['a window that leaves no time to extend', 'warning window.extension', (s) => (s.window.end = '2026-12-03T14:25')],
  ['a rollback that does not fit', 'warning window.rollback', (s) => (s.rollback.expectedMinutes = 300)],
  [
    'an hour that the clocks skip',
    'warning window.skipped-hour',
    (s) => (s.window = { start: '2027-03-14T02:30', end: '2027-03-14T06:00', timeZone: 'America/New_York' }),
  ],
  ['a service that stands twice', 'error services.twice', (s) => s.services.push(structuredClone(item(s.services)))],
  [
    'a service that nobody knows',
    ['error services.unknown', ...Array(6).fill('error services.not-released'), 'error slos.missing'],
    (s) => (item(s.services, 1).name = 'shop'),
  ],
  ['an image that moves', 'warning services.moving-image', (s) => (item(s.services).image = 'r.example.com:5000/web')],
  [
    'what an image is built from',
    'error services.no-image',
    (s) => (item(s.services).image = 'ko://example.com/shop/web'),
  ],
  ['an image tagged latest', 'warning services.moving-image', (s) => (item(s.services).image = 'shop/web:latest')],
  [
    'a variable of a service that does not ship',
    'error services.not-released',
    (s) => (item(s.environmentVariables).services = ['mail']),
  ],
  ['an alert of a service that does not ship', 'error services.not-released', (s) => (item(s.alerts).service = 'mail')],
  ['a service without an SLO', 'error slos.missing', (s) => s.slos.shift()],
  ['two SLOs of one name', 'error names.twice', (s) => (item(s.slos, 1).name = 'web errors')],
  ['a board of one, who is the author', 'error cab.unsatisfiable', (s) => (s.owners.cab = [PEOPLE.rdLead])],
  ['an author on the board', 'warning cab.author', (s) => s.owners.cab.push(PEOPLE.rdLead)],
  [
    'one person alone in QA and Operations',
    'error signoff.unsatisfiable',
    (s) =>
      Object.assign(s, {
        owners: { ...s.owners, operations: ['Quinn@example.com'] },
        rollback: { ...s.rollback, owner: 'quinn@example.com' },
      }),
  ],
  [
    'one person in both behind another address',
    'error signoff.unsatisfiable',
    (s) =>
      Object.assign(s, {
        owners: { ...s.owners, operations: ['quinn+ops@example.com'] },
        rollback: { ...s.rollback, owner: 'quinn+ops@example.com' },
      }),
  ],
  ['a person twice on the board', 'error people.twice', (s) => s.owners.cab.push('CAROL@example.com')],
  ['a person twice behind a plus', 'warning people.alias', (s) => s.owners.cab.push('carol+cab@example.com')],
  ['a rollback owned by who cannot give it', 'warning rollback.owner', (s) => (s.rollback.owner = PEOPLE.rdLead)],
  [
    'a branch that nobody approved',
    'warning candidate.unapproved',
    (s) => (item(s.candidate.branches).approvedBy = []),
  ],
  ['a variable from nowhere', 'warning environment.source', (s) => delete item(s.environmentVariables).source],
  [
    'a variable not set in production',
    'warning environment.set-in',
    (s) => (item(s.environmentVariables).setIn = ['staging']),
  ],
  [
    'a migration that is undone by doing it again',
    'error migrations.same-down',
    (s) => (item(s.migrations).down = [...item(s.migrations).up]),
  ],
  [
    'a reversible point of no return',
    'error migrations.contradiction',
    (s) => Object.assign(item(s.migrations), { pointOfNoReturn: true, when: 'after-rollout' }),
  ],
  [
    'a point of no return before the canary',
    'warning migrations.no-return-first',
    (s) => Object.assign(item(s.migrations), { reversible: false, down: undefined, pointOfNoReturn: true }),
  ],
  ['a down command that never runs', 'warning migrations.unused-down', (s) => (item(s.migrations).reversible = false)],
  ['a resource that nobody can look at', 'error resources.unseen', (s) => delete item(s.resources).object],
  ['an objective without room', 'error slos.perfect', (s) => (item(s.slos).objective = '100%')],
  ['an SLO that is never broken', 'error slos.never-bad', (s) => (item(s.slos).good = item(s.slos).total)],
  ['a matcher that is none', 'error slos.selector', (s) => (item(s.slos).good = 'http_requests_total{service=web}')],
  [
    'a label with two values',
    'error slos.selector',
    (s) => (item(s.slos).good = 'http_requests_total{service="web",service="api"}'),
  ],
  [
    'a bucket without a threshold',
    'error slos.threshold',
    (s) => (item(s.slos, 2).good = 'http_request_duration_seconds_bucket{service="api"}'),
  ],
  [
    'good events of another metric than all events',
    'warning slos.other-metric',
    (s) => (item(s.slos).total = 'grpc_requests_total{service="web"}'),
  ],
  [
    'good events counted more widely than all events',
    'warning slos.wider-good',
    (s) => (item(s.slos).good = 'http_requests_total{code!~"5.."}'),
  ],
  [
    'an SLO with the events of another service',
    'warning slos.other-service',
    (s) => {
      item(s.slos).good = 'http_requests_total{service="api",code!~"5.."}';
      item(s.slos).total = 'http_requests_total';
    },
  ],
  ['a canary above the policy', 'error canary.share', (s) => Object.assign(s.canary ?? {}, { share: '50%' })],
  ['a canary of nobody', 'error canary.no-share', (s) => Object.assign(s.canary ?? {}, { share: '0%' })],
  ['a bake below the policy', 'error canary.bake', (s) => Object.assign(s.canary ?? {}, { bake: '5m' })],
  ['a judge who never looks', 'error canary.look', (s) => Object.assign(s.canary ?? {}, { look: '1h' })],
  [
    'a region canary without a region',
    'error canary.region',
    (s) => Object.assign(s.canary ?? {}, { strategy: 'region' }),
  ],
  [
    'no mandatory suite',
    'warning tests.no-suites',
    (s) => Object.assign(s.testPlan.regression, { mandatorySuites: [] }),
  ],
  ['no success metric', 'warning metrics.none', (s) => (s.successMetrics = [])],
  ['a guardrail beyond the target', 'error metrics.guardrail', (s) => (item(s.successMetrics).guardrail = 0.2)],
  ['a target that is met already', 'warning metrics.no-progress', (s) => (item(s.successMetrics).baseline = 0.06)],
  [
    'a smoke test of staging',
    'error smoke.staging',
    (s) => Object.assign(item(s.smokeTests), { http: { url: 'https://staging.example.com/healthz' } }),
  ],
  [
    'a smoke test of the own machine',
    'warning smoke.local',
    (s) => Object.assign(item(s.smokeTests), { http: { url: 'http://localhost:8080/' } }),
  ],
  [
    'a smoke test of another host',
    'warning smoke.host',
    (s) => Object.assign(item(s.smokeTests), { http: { url: 'https://www.example.org/' } }),
  ],
  ['a pending security review', 'error security.pending', (s) => (s.security.review = 'pending')],
  ['a review by nobody', 'error security.reviewer', (s) => delete s.security.reviewer],
  ['a review that cannot be looked up', 'warning security.reference', (s) => delete s.security.reference],
  [
    'a review that is not needed, without a reason',
    'error security.notes',
    (s) => (s.security = { review: 'not-needed' }),
  ],
  ['a review by the lead', 'warning security.self-review', (s) => (s.security.reviewer = PEOPLE.rdLead)],
  [
    'a password in a URL',
    'error secret.in-plan',
    (s) => (item(s.environmentVariables).source = 'postgres://shop:hunter22@db/shop'),
  ],
];

describe('the check names', () => {
  test.each(CASES)('%s', (_what, expected, change) => {
    expect(codes(({ spec }) => void change(spec))).toEqual([expected].flat());
  });

  test('a window in another zone than the company', () => {
    expect(
      codes(
        undefined,
        configOf((config) => {
          config.timeZone = 'Europe/Berlin';
        }),
      ),
    ).toEqual(['warning window.other-zone']);
  });
});

test('a board may hold its author where the policy lets authors vote', () => {
  const separation = { ...POLICY.separation, authorMayApprove: true };
  const policy = { ...POLICY, cab: { ...POLICY.cab, minimumMembers: 1 }, separation };
  expect(codes(({ spec }) => Object.assign(spec.owners, { cab: [PEOPLE.rdLead] }), configOf(), policy)).toEqual([]);
});

test.each([
  ['a friend alone, whom the author chose', 'cab.too-small', {}, ['carol@example.com']],
  [
    'one who only looks like another',
    'people.look-alike',
    {},
    ['carol@example.com', 'chen@example.com', 'c\u0430rol@example.com'],
  ],
  [
    'one address composed in two ways',
    'people.look-alike',
    {},
    ['jos\u00e9@example.com', 'chen@example.com', 'jose\u0301@example.com'],
  ],
  ['letters that cannot be seen', 'people.disguised', {}, ['carol@example.com', 'chen\u200b@example.com']],
  [
    'somebody whom the policy does not know',
    'cab.not-a-member',
    { members: ['chen@example.com', 'carlos@example.com'] },
    ['carol@example.com', 'chen@example.com', 'carlos@example.com'],
  ],
])('a board may not be %s', (_, code, cab, members) => {
  const policy = { ...POLICY, cab: { ...POLICY.cab, ...cab } };
  const found = codes(({ spec }) => Object.assign(spec.owners, { cab: members }), configOf(), policy);
  expect(
    found.some((one) => one.includes(code)),
    String(found),
  ).toBe(true);
});

test('a secret is named by its kind and never repeated', () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const plan = samplePlan({ change: ({ spec }) => Object.assign(spec.impact, { summary: `Use ${secret}` }) });
  const findings = checkPlan({ plan, policy: POLICY, config: configOf(), now: NOW });
  expect(findings.map((finding) => finding.code)).toEqual(['secret.in-plan']);
  expect(JSON.stringify(findings)).not.toContain(secret);
});

test('a day that is none and a zone that is none are refused when the plan is read, with their place', () => {
  for (const [key, value] of [
    ['start', '2026-02-30T10:00'],
    ['end', '2026-12-03T25:00'],
    ['timeZone', 'Mars/Olympus'],
    ['timeZone', '+01:00'],
  ] as const) {
    expect(() => samplePlan({ change: ({ spec }) => Object.assign(spec.window, { [key]: value }) })).toThrowError(
      expect.objectContaining({ code: 'plan.schema', place: expect.objectContaining({ line: expect.any(Number) }) }),
    );
  }
});

test('a candidate is what the Product Manager chose, where they were asked', () => {
  const plan = samplePlan();
  const held = plan.spec.candidate.branches.map(({ name }) => name);
  const found = (chosen: readonly string[]) =>
    checkPlan({ plan, policy: POLICY, config: configOf(), now: NOW, chosen }).map(({ code, problem }) => [
      code,
      problem,
    ]);
  expect(found(held)).toEqual([]);
  expect(found([...held].reverse())).toEqual([]);
  expect(found(['feature/other'])).toEqual([
    ['candidate.not-as-chosen', expect.stringContaining('feature/other is not in it')],
  ]);
  expect(found([...held, 'feature/other'])).toHaveLength(1);
});
