import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { GateRule } from '../../src/domain/gates/gate.ts';
import { wayBackSame } from '../../src/domain/gates/history.ts';
import { PROCESS } from '../../src/domain/process/process.ts';
import type { Config } from '../../src/plan/config.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { rollback } from '../../src/usecases/rollback.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany, writeUncommitted } from '../support/signed-company.ts';

/**
 * A way back goes where the deployment went, and undoes what it did. Whoever may push writes another relctl.yaml or another plan, and nothing is
 * touched elsewhere, run in its name, or called done.
 */
let company: SignedCompany;
let deployed: string;
beforeAll(async () => {
  company = await openSignedCompany();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  commit();
  await toProduction(company);
  deployed = commit();
});
afterEach(() => void company.git.git('reset', '--quiet', '--hard', deployed));
afterAll(() => company.close());

const read = (path: string) => readFileSync(join(company.git.root, path), 'utf8');
const commit = () => company.git.commit({ [SAMPLE_FILE]: read(SAMPLE_FILE) }, 'Records');
const downs = () =>
  readdirSync(join(company.git.root, 'releases', company.id)).filter((one) => one.endsWith('-down.log'));

// biome-ignore lint/suspicious/noExplicitAny: relctl.yaml as it is written.
type Loose = Record<string, any>;

/** The configuration of a work tree in which somebody has changed relctl.yaml. */
function pushed(change: (config: Loose) => void): Partial<Context> {
  const file = parse(read('relctl.yaml')) as Loose;
  change(file);
  company.git.commit({ 'relctl.yaml': stringify(file) }, 'Tidy');
  const config = structuredClone(company.as(OPERATOR).config) as Loose;
  change(config);
  return { config: config as Config };
}

const back = (replaced: Partial<Context> = {}) =>
  rollback(company.as(OPERATOR, replaced), company.id, {
    reason: 'checkouts fail',
    confirmed: true,
    takeOver: false,
    pastPointOfNoReturn: false,
  });

const region = { name: 'eu', context: 'dev', namespace: 'shop', critical: true, matcher: 'region="eu"' };

const PUSHES: readonly (readonly [string, (config: Loose) => void])[] = [
  ['regions', ({ environments: { production } }) => Object.assign(production, { regions: [region] })],
  ['another namespace', ({ environments: { production } }) => Object.assign(production, { namespace: 'elsewhere' })],
  ['another context', ({ environments: { production } }) => Object.assign(production, { context: 'dev' })],
  ['another kubeconfig', ({ environments: { production } }) => Object.assign(production, { kubeconfig: 'k.yaml' })],
  ['another workload', ({ services }) => Object.assign(services.api, { workload: 'Deployment/other' })],
  ['another source of manifests', ({ services }) => Object.assign(services.api, { manifests: undefined })],
  [
    'commits in place of writes',
    ({ environments: { production } }) =>
      Object.assign(production, {
        rollout: 'gitops',
        gitops: {
          repository: 'x',
          branch: 'main',
          path: 'x',
          via: 'push',
          application: 'Kustomization/x/y',
          timeout: '1m',
        },
      }),
  ],
];

it.each(['rollback', 'deploy --abort'] as const)('%s goes where the deployment went', (command) => {
  const gates: readonly GateRule[] = PROCESS[command].gates;
  expect(gates).toContain(wayBackSame);
});

it.each(PUSHES)('a relctl.yaml that nobody reviewed sends a rollback nowhere: %s', async (_, change) => {
  const before = (await company.plan()).events.length;
  const error = await refusal(back(pushed(change)));
  expect(error.data?.refusals).toMatchObject([{ gate: 'bound.same' }]);
  expect((await company.plan()).events).toHaveLength(before);
});

describe('a plan that is not the one that was deployed', () => {
  const edit = () =>
    writeUncommitted(
      company,
      SAMPLE_FILE,
      read(SAMPLE_FILE).replace(/\n( +)reversible: true/, '\n$1reversible: false'),
    );

  it('undoes nothing', async () => {
    edit();
    commit();
    const error = await refusal(back());
    expect(error).toMatchObject({ code: 'gate.refused', data: { refusals: [{ gate: 'bound.same' }] } });
  });

  it('nor beside a history that fits: the cluster keeps which one it was', async () => {
    edit();
    const { specDigest, textDigest } = await company.plan();
    await forge(company, (all) => {
      const isStart = (one: Written) => one.type === 'deploy.started';
      return all.map((one) => (isStart(one) ? { ...one, data: { ...one.data, specDigest, textDigest } } : one));
    });
    commit();
    expect((await refusal(back())).code).toBe('plan.digest-mismatch');
    expect(downs()).toEqual([]);
  });
});

it('a rollback is not kept from what it does not rest on', async () => {
  const replaced = pushed((config) => {
    config.environments.production.prometheus = 'http://elsewhere.example.com';
    config.timeZone = 'Europe/Berlin';
  });
  expect((await back(replaced)).result).toBe('done');
});
