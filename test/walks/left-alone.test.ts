import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { replicasOf } from '../../src/domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import type { Manifest } from '../support/company-files.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';

/** What belongs to others or must not change under running pods: autoscaled replicas, Secrets, objects that act by themselves. */
let company: Company;
afterEach(() => company.close());

const cluster = () => company.sandbox.cluster('production');
const web = () => cluster().get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });

async function scale(replicas: number): Promise<void> {
  const live = await web();
  if (live === undefined) throw new Error('no web');
  const scaled = { ...live, spec: { ...(live.spec as object), replicas } };
  await cluster().replace(scaled, { resourceVersion: live.metadata.resourceVersion ?? '' });
}

const AUTOSCALER: KubeObject = {
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 8, maxReplicas: 30 },
};

describe('replicas under an autoscaler', () => {
  it('are never set: neither by the rollout nor by the rollback, whatever the manifest says', async () => {
    company = await openCompany();
    company.sandbox.seedCluster('production', [AUTOSCALER]);
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    await scale(12);
    expect(await toProduction(company)).toMatchObject({ data: { phase: 'deployed' } });
    expect(replicasOf((await web()) as KubeObject)).toBe(12);
    await scale(15);
    const outcome = await undo(company);
    expect(outcome).toMatchObject({ data: { phase: 'rolled-back' } });
    expect(replicasOf((await web()) as KubeObject)).toBe(15);
  });

  it('are what the manifest says where nobody else decides', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    await scale(12);
    await toProduction(company);
    expect(replicasOf((await web()) as KubeObject)).toBe(8);
    await undo(company);
    expect(replicasOf((await web()) as KubeObject)).toBe(12);
  });
});

/** A Secret with a value of its own in each version, read by the pods of its service. */
function withSecret(
  objects: readonly Manifest[],
  { service, version }: { service: string; version: string },
): Manifest[] {
  const key = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${service}-key` },
    stringData: { KEY: `key of ${version}` },
  };
  for (const { spec } of objects.filter(({ kind }) => kind === 'Deployment')) {
    const { containers } = (spec as { template: { spec: { containers: { envFrom: unknown[] }[] } } }).template.spec;
    for (const { envFrom } of containers) envFrom.push({ secretRef: { name: key.metadata.name } });
  }
  return [...objects, key];
}

describe('Secrets', () => {
  it('get a new name with a new content; the old one stays as it was, and no value is ever in a file', async () => {
    company = await openCompany({ shape: { objects: withSecret } });
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const names = async () =>
      (await cluster().list({ apiVersion: 'v1', kind: 'Secret' })).map((one) => one.metadata.name);
    const old = await names();
    const before = await company.production();
    await toProduction(company);
    const added = (await names()).filter((name) => !old.includes(name));
    expect(added).toEqual([
      expect.stringMatching(/^api-key-[0-9a-f]{8}$/),
      expect.stringMatching(/^web-key-[0-9a-f]{8}$/),
    ]);
    await undo(company);
    expect(await company.production()).toEqual(before);
    const folder = join(company.git.root, 'releases', company.id);
    const kept = readdirSync(folder).filter((name) =>
      /key of 4|a2V5IG9m/.test(readFileSync(join(folder, name), 'utf8')),
    );
    expect(readdirSync(folder)).toContain('snapshot-1-production.json');
    expect(kept).toEqual([]);
  });

  it('that keep their name are told before they are written over, and put back by a person who is told to', async () => {
    const named = (objects: readonly Manifest[], of: { service: string; version: string }) => {
      const all = withSecret(objects, of);
      for (const one of all.filter(({ kind }) => kind === 'Deployment')) {
        const metadata = one.metadata as { annotations?: Record<string, string> };
        metadata.annotations = { ...metadata.annotations, 'example.com/secret-name': `${of.service}-key` };
      }
      return all;
    };
    company = await openCompany({ shape: { objects: named } });
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const before = await company.production();
    const ref = { apiVersion: 'v1', kind: 'Secret', name: 'api-key' } as const;
    await toProduction(company);
    const told = company.told.flatMap((one) => (one.type === 'note' ? [one.text] : []));
    expect(told.filter((text) => text.includes('a rollback cannot put it back'))).toEqual([
      expect.stringContaining('Secret/web-key'),
      expect.stringContaining('Secret/api-key'),
    ]);
    const error = await refusal(undo(company));
    expect(error.code).toBe('rollback.incomplete');
    expect(error.hints[0]).toContain('put production Secret/web-key, production Secret/api-key back as it was');
    // As `kubectl apply` does it: our mark stays, and one of its own comes.
    for (const name of ['web-key', 'api-key']) {
      const live = await cluster().get({ ...ref, name });
      if (live === undefined) throw new Error(`no ${name}`);
      const { metadata: _former, ...content } = JSON.parse(before[`production Secret/${name}`] ?? '{}') as KubeObject;
      const annotations = { ...live.metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
      const metadata = { ...live.metadata, annotations };
      await cluster().replace({ ...content, metadata }, { resourceVersion: live.metadata.resourceVersion ?? '' });
    }
    expect((await undo(company)).headline).toContain('production is as it was before');
  });

  it('that somebody changed by hand under the name of their hash are not written over: the release goes back', async () => {
    company = await openCompany({ shape: { objects: withSecret } });
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const staged = await company.sandbox.cluster('staging').list({ apiVersion: 'v1', kind: 'Secret' });
    const name = staged.map((one) => one.metadata.name).find((one) => one.startsWith('web-key-')) ?? '';
    await cluster().create({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: { KEY: 'YW5vdGhlcg==' } });
    const before = await company.production();
    const outcome = await toProduction(company);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'cluster.drift', phase: 'rolled-back' } });
    expect(outcome.data.reason).toContain(name);
    expect(await company.production()).toEqual(before);
  });
});

describe('what acts by itself', () => {
  it('is written with the rollout, not before the canary was judged', async () => {
    const seen: string[] = [];
    company = await openCompany({
      shape: {
        objects: (objects, { service, version }) =>
          service === 'web' && version === '4.2.0'
            ? [
                ...objects,
                {
                  apiVersion: 'batch/v1',
                  kind: 'CronJob',
                  metadata: { name: 'nightly' },
                  spec: { schedule: '0 3 * * *' },
                } as Manifest,
              ]
            : objects,
      },
    });
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const nightly = () => cluster().get({ apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly' });
    const sink = {
      emit: ({ type }: { type: string }) => {
        if (type === 'canary.look') void nightly().then((one) => seen.push(one === undefined ? 'absent' : 'there'));
      },
    };
    await toProduction(company, {}, { sink });
    expect(new Set(seen)).toEqual(new Set(['absent']));
    expect(await nightly()).toBeDefined();
  });
});

describe('pods that two disruption budgets cover', () => {
  it('are warned of before the canary stands', async () => {
    company = await openCompany();
    const budget = (name: string): KubeObject => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name },
      spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } }, minAvailable: 1 },
    });
    company.sandbox.seedCluster('production', [budget('one'), budget('two')]);
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    await toProduction(company, { mode: 'canary' });
    const notes = company.told.flatMap((one) => (one.type === 'note' && one.level === 'warning' ? [one.text] : []));
    expect(notes.filter((text) => text.includes('one, two'))).toHaveLength(1);
  });
});
