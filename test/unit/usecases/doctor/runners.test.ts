import { afterEach, describe, expect, it } from 'vitest';
import { RelctlError } from '../../../../src/errors.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';
import { runnerChecks } from '../../../../src/usecases/doctor/runners.ts';
import type { Context } from '../../../../src/usecases/release/context.ts';
import { rightsObjects } from '../../../../src/usecases/runner/rights-objects.ts';
import { type Company, openCompany } from '../../../support/company.ts';

const MACHINE = 'releases@example.com';
const RUNNER = {
  kubernetes: {
    image: `registry.example.com/relctl@sha256:${'a'.repeat(64)}`,
    identity: MACHINE,
    namespace: 'relctl',
    git: { secret: 'relctl-git' },
    signingKey: { secret: 'relctl-signing' },
    environment: ['relctl-tokens'],
  },
};

let company: Company;
afterEach(() => company.close());

async function open(runner: object, machines = `[${MACHINE}]`): Promise<void> {
  company = await openCompany({
    real: true,
    shape: {
      policy: (text) => text.replace('machines: []', `machines: ${machines}`),
      config: (config) => {
        config.runner = runner;
      },
    },
  });
}

const secret = (name: string, keys: readonly string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'relctl' },
  data: Object.fromEntries(keys.map((key) => [key, 'c2VjcmV0'])),
});
const SECRETS = [
  secret('relctl-git', ['username', 'password']),
  secret('relctl-signing', ['ssh-privatekey']),
  secret('relctl-tokens', ['SLACK_URL']),
];

/** What is found in a cluster that holds these. */
async function found(objects: readonly KubeObject[], forbidden?: string) {
  const context = company.as('olga@example.com');
  const reconciler = (namespace: string) => ({
    async get({ kind, name }: { readonly kind: string; readonly name: string }) {
      if (kind === forbidden) throw new RelctlError('cluster.rejected', `you may not get ${kind}`);
      return objects.find(
        ({ kind: other, metadata }) => other === kind && metadata.name === name && metadata.namespace === namespace,
      );
    },
  });
  return runnerChecks({ ...context, environments: { ...context.environments, reconciler } } as Context);
}

async function granted(): Promise<readonly KubeObject[]> {
  const context = company.as('olga@example.com');
  const settings = context.config.runner?.kubernetes;
  if (settings === undefined) throw new Error('no runner');
  return rightsObjects(context, settings);
}

describe('what doctor says of a runner in the cluster', () => {
  it('is nothing but good where all is there', async () => {
    await open(RUNNER);
    const checks = await found([...(await granted()), ...SECRETS]);
    expect(checks.map(({ state, text }) => [state, text])).toEqual([
      ['ok', 'runner kubernetes'],
      ['ok', 'rights of the runner'],
      ['ok', 'Secret relctl/relctl-git'],
      ['ok', 'Secret relctl/relctl-signing'],
      ['ok', 'Secret relctl/relctl-tokens'],
    ]);
    expect(JSON.stringify(checks)).not.toContain('c2VjcmV0');
  });

  it('is what is missing, each with the command that makes it', async () => {
    await open(RUNNER, '[]');
    const checks = await found([secret('relctl-git', ['ssh-privatekey'])]);
    const details = Object.fromEntries(checks.map(({ text, detail }) => [text, detail]));
    expect(checks.every(({ state }) => state === 'failed')).toBe(true);
    expect(details['runner kubernetes']).toContain(`machines: [${MACHINE}]`);
    expect(details['rights of the runner']).toMatch(
      /^ServiceAccount relctl\/relctl is not there; .*; relctl runner --rbac \| kubectl --context sandbox-production apply -f -$/,
    );
    expect(details['Secret relctl/relctl-git']).toMatch(
      /lacks ssh-privatekey and known_hosts, or username and password/,
    );
    expect(details['Secret relctl/relctl-signing']).toMatch(
      /kubectl --context sandbox-production -n relctl create secret generic relctl-signing --from-file=ssh-privatekey=signing_key$/,
    );
  });

  it('is which rights a Role of an earlier time does not give', async () => {
    await open(RUNNER);
    const all = (await granted()).map((object) =>
      object.kind === 'Role' && object.metadata.namespace === 'shop'
        ? {
            ...object,
            rules: (object.rules as { resources: string[] }[]).filter(({ resources }) => !resources.includes('jobs')),
          }
        : object,
    );
    const [, rights] = await found([...all, ...SECRETS]);
    expect(rights).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('Role shop/relctl lacks get batch/jobs'),
    });
  });

  it('is no fault where the person may not look', async () => {
    await open(RUNNER);
    const checks = await found(await granted(), 'Secret');
    const [one] = checks.filter(({ text }) => text.startsWith('Secret'));
    expect(one).toMatchObject({ state: 'warning', detail: expect.stringContaining('you may not get Secret') });
  });
});

it('says of a forge that its workflow is not there, and who writes it', async () => {
  await open({ github: {}, gitlab: {} });
  const before = await found([]);
  expect(before.map(({ state }) => state)).toEqual(['failed', 'failed']);
  expect(before[0]?.detail).toBe('.github/workflows/relctl-deploy.yml is not there; relctl init writes it');
  await company.as('a@x.y').workspace.write('.gitlab/relctl-deploy.yml', 'relctl-deploy: {}\n', { overwrite: true });
  expect((await found([]))[1]).toMatchObject({ state: 'ok' });
});
