import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createKubectlCluster } from '../../src/adapters/kubectl/cluster.ts';
import { LEASE_NAME } from '../../src/domain/deployment/lease.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { Resource } from '../cluster/kube-api.ts';
import { waitFor } from '../cluster/wait.ts';
import { type BareRemote, makeBareRemote } from '../support/bare-remote.ts';
import { PEOPLE, type RecordedLine } from './support/company.ts';
import type { Lab } from './support/lab.ts';
import { RELEASE, STABLE } from './support/lab-product.ts';
import { grantRights, HOME, inClone, startRunnerLab } from './support/runner-lab.ts';

/**
 * Production in regions, handed over to one Job: the first region is the canary, the others follow side by side, each under a lock of its own. The pod is
 * killed while they do.
 */
const REGIONS = { eu: 'track="canary"', us: 'pod="a"', ap: 'pod="b"', sa: 'pod="c"' } as const;
const NAMES = Object.keys(REGIONS);

let lab: Lab;
let clusters: Readonly<Record<string, Cluster>>;

beforeAll(async () => {
  lab = await startRunnerLab({
    migration: false,
    canary: { strategy: 'region', region: 'eu', share: '25%', bake: '10s', extension: '10s' },
  });
  const open = (namespace: string) =>
    createKubectlCluster({ kubeconfig: lab.plane.kubeconfig, context: lab.plane.name, namespace });
  clusters = Object.fromEntries(NAMES.map((name) => [name, open(`region-${name}`)]));
  for (const name of NAMES) {
    await lab.plane.createNamespace(`region-${name}`);
    for (const object of STABLE) await clusters[name]?.apply(object, { absent: true });
    await waitFor(() => lab.kubelet.endpoints(`region-${name}`, { track: 'stable' }).length === 3, {
      what: `pods of ${name}`,
    });
  }
});
afterAll(() => lab?.stop());

function inRegions(text: string): string {
  const config = JSON.parse(text) as { environments: { production: Record<string, unknown> } };
  const { production } = config.environments;
  production.regions = Object.entries(REGIONS).map(([name, matcher]) => ({
    name,
    matcher,
    context: production.context,
    clusterUid: production.clusterUid,
    namespace: `region-${name}`,
    critical: name !== 'eu',
  }));
  return JSON.stringify(config, null, 2);
}

function recorded(remote: BareRemote): readonly RecordedLine[] {
  const text = remote.records(RELEASE);
  return text === undefined ? [] : (parse(text) as { status: { events: RecordedLine[] } }).status.events;
}

async function workingPod(): Promise<string> {
  const { items } = await lab.plane.api.call<{ items: (Resource & { status: { phase: string } })[] }>(
    'GET',
    `/api/v1/namespaces/${HOME}/pods`,
  );
  return items.find(({ status }) => status.phase === 'Running')?.metadata.name ?? '';
}

it('is carried by one Job, whose pod is killed while the regions follow, and each of them is rolled out once', async () => {
  const arena = await lab.arena(inRegions);
  const remote = makeBareRemote(arena.root);
  try {
    const clone = remote.clone(PEOPLE.ops);
    await grantRights(lab, arena, clone);
    const attached = arena.start(['deploy', RELEASE, '--runner', 'kubernetes'], inClone(clone));
    const steps = (type: string) =>
      recorded(remote).flatMap((event) => (event.type === type ? [String(event.data.step)] : []));
    await waitFor(() => steps('step.intended').includes('rollout:web@production/us'), {
      what: 'rollout of the others',
      timeoutMs: 120_000,
    });
    // All that follow were begun together.
    expect(steps('step.intended')).toEqual(
      expect.arrayContaining(NAMES.map((name) => `rollout:web@production/${name}`)),
    );
    lab.kubelet.crash(HOME, await workingPod());
    const end = await attached.ended;
    expect(end.code, `${end.stdout}${end.stderr}`).toBe(0);
    expect(recorded(remote).filter(({ type }) => type === 'deploy.resumed')).toHaveLength(1);
    expect(recorded(remote).filter(({ type }) => type === 'canary.judged')).toHaveLength(1);
    for (const name of NAMES) {
      expect(
        steps('step.completed').filter((step) => step === `rollout:web@production/${name}`),
        name,
      ).toHaveLength(1);
      const live = await clusters[name]?.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
      expect(JSON.stringify(live?.spec), name).toContain('registry.example/web:2.0.0@sha256:');
      const lease = await clusters[name]?.get({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        name: LEASE_NAME,
      });
      expect(lease, name).toBeDefined();
    }
    const audit = await arena.relctl(['audit', RELEASE], inClone(remote.clone(PEOPLE.ops)));
    expect(audit.code, audit.stdout).toBe(0);
  } finally {
    await arena.remove();
    remote.remove();
  }
}, 300_000);
