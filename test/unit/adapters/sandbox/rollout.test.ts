import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster, KubeObject } from '../../../../src/ports/cluster.ts';
import { deployment, openCompany } from './company.ts';

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const labels = { 'app.kubernetes.io/name': 'web' };

interface Status {
  readonly observedGeneration: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
}

async function web(cluster: Cluster): Promise<KubeObject> {
  const found = await cluster.get(WEB);
  if (found === undefined) throw new Error('web is gone');
  return found;
}

async function statusOf(cluster: Cluster): Promise<Status> {
  return (await web(cluster)).status as Status;
}

async function apply(cluster: Cluster, object: KubeObject): Promise<KubeObject> {
  const now = await cluster.get({ ...WEB, name: object.metadata.name });
  const version = now?.metadata.resourceVersion;
  return cluster.apply(object, version === undefined ? { absent: true } : { resourceVersion: version });
}

function reasonOf(status: Status, type: string): string | undefined {
  return status.conditions.find((condition) => condition.type === type)?.reason;
}

describe('a rollout', () => {
  it('stays within its surge and its availability at every moment, and ends with the new pods alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('25%', '0%', '100%', 1, 3),
        fc.constantFrom('25%', '0%', '50%', 0, 2),
        async (before, after, maxSurge, maxUnavailable) => {
          const company = openCompany({ replicas: before });
          const cluster = company.cluster('production');
          const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
          await apply(cluster, deployment('web', { replicas: after, image: 'shop:2', spec: { strategy } }));
          const share = (value: string | number, round: (n: number) => number) =>
            typeof value === 'number' ? value : round((after * Number.parseInt(value, 10)) / 100);
          const surge = share(maxSurge, Math.ceil);
          const unavailable = share(maxUnavailable, Math.floor);
          // A zero surge and a zero unavailability cannot both be: the controller then surges by one.
          const most = Math.max(before, after + Math.max(surge, surge + unavailable === 0 ? 1 : 0));
          for (let second = 0; second < 400; second += 1) {
            const status = await statusOf(cluster);
            expect(status.replicas ?? 0).toBeLessThanOrEqual(most);
            expect(status.availableReplicas ?? 0).toBeGreaterThanOrEqual(Math.min(before, after - unavailable));
            if (reasonOf(status, 'Progressing') === 'NewReplicaSetAvailable') break;
            await company.clock.sleep(1000);
          }
          expect(await statusOf(cluster)).toMatchObject({
            replicas: after,
            updatedReplicas: after,
            readyReplicas: after,
            availableReplicas: after,
          });
          const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels });
          expect(pods.map((pod) => (pod.spec as { containers: { image: string }[] }).containers[0]?.image)).toEqual(
            Array.from({ length: after }, () => 'shop:2'),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is the same whether time goes in one step or in many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 20 }), async (steps) => {
        const end = 60_000;
        const worlds = await Promise.all(
          [[], steps].map(async (waits) => {
            const company = openCompany({ replicas: 7 });
            const cluster = company.cluster('production');
            await apply(cluster, deployment('web', { replicas: 9, image: 'shop:2' }));
            const until = company.clock.now() + end;
            for (const wait of waits) {
              if (company.clock.now() + wait < until) await company.clock.sleep(wait);
            }
            company.clock.advanceTo(until);
            const span = { from: until - end, to: until };
            const read = company.metrics('production').increase('http_requests_total', [], span);
            return { deployment: await cluster.get(WEB), read: await read };
          }),
        );
        expect(worlds[1]).toEqual(worlds[0]);
      }),
      { numRuns: 25 },
    );
  });

  it('reports the generation it has seen, and changes its resource version with its status', async () => {
    const company = openCompany();
    const cluster = company.cluster('production');
    const applied = await apply(cluster, deployment('web', { image: 'shop:2' }));
    expect(applied.metadata.generation).toBe(2);
    expect((await statusOf(cluster)).observedGeneration).toBe(2);
    await company.clock.sleep(5000);
    const stale = { resourceVersion: applied.metadata.resourceVersion ?? '' };
    await expect(cluster.apply(deployment('web', { image: 'shop:3' }), stale)).rejects.toMatchObject({
      code: 'cluster.conflict',
    });
  });

  it('goes back to the ReplicaSet that it had when the old template comes back', async () => {
    const company = openCompany();
    const cluster = company.cluster('production');
    const names = async () =>
      (await cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', labels })).map((set) => set.metadata.name);
    const [first] = await names();
    await apply(cluster, deployment('web', { image: 'shop:2' }));
    await company.clock.sleep(60_000);
    expect(await names()).toHaveLength(2);
    await apply(cluster, deployment('web'));
    await company.clock.sleep(60_000);
    const sets = await cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', labels });
    const running = sets.filter((set) => (set.status as { replicas: number }).replicas > 0);
    expect(running.map((set) => set.metadata.name)).toEqual([first]);
    expect(running[0]?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  it('takes all old pods away first when its strategy is Recreate', async () => {
    const company = openCompany();
    const cluster = company.cluster('production');
    await apply(cluster, deployment('web', { image: 'shop:2', spec: { strategy: { type: 'Recreate' } } }));
    expect(await statusOf(cluster)).toMatchObject({ replicas: 3, updatedReplicas: 3 });
    expect((await statusOf(cluster)).readyReplicas).toBeUndefined();
    await company.clock.sleep(10_000);
    expect((await statusOf(cluster)).readyReplicas).toBe(3);
  });

  it('keeps as many empty ReplicaSets as Kubernetes does, however many releases there are', async () => {
    const company = openCompany({ replicas: 1 });
    const cluster = company.cluster('production');
    for (let version = 2; version < 30; version += 1) {
      await apply(cluster, deployment('web', { replicas: 1, image: `shop:${version}` }));
      await company.clock.sleep(60_000);
    }
    const sets = await cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', labels });
    expect(sets.length).toBeLessThanOrEqual(11);
  });
});

describe('a version that cannot run', () => {
  it.each([
    ['shop:crash', 'CrashLoopBackOff'],
    ['shop:missing', 'ImagePullBackOff'],
  ])('%s waits with %s, leaves the old pods serving, and times out', async (image, reason) => {
    const company = openCompany();
    const cluster = company.cluster('production');
    const strategy = { rollingUpdate: { maxUnavailable: 0 } };
    await apply(cluster, deployment('web', { image, spec: { strategy, progressDeadlineSeconds: 120 } }));
    const seen = new Set<string>();
    for (let second = 0; second < 60; second += 1) {
      for (const pod of await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels })) {
        const [container] = (pod.status as { containerStatuses: { state: { waiting?: { reason: string } } }[] })
          .containerStatuses;
        if (container?.state.waiting !== undefined) seen.add(container.state.waiting.reason);
      }
      await company.clock.sleep(1000);
    }
    expect(seen).toContain(reason);
    const status = await statusOf(cluster);
    expect(status.availableReplicas).toBe(3);
    expect(reasonOf(status, 'Progressing')).toBe('ReplicaSetUpdated');
    await company.clock.sleep(120_000);
    expect(reasonOf(await statusOf(cluster), 'Progressing')).toBe('ProgressDeadlineExceeded');
  });

  it('says in its log why it crashed, and is restarted ever more seldom', async () => {
    const company = openCompany();
    const cluster = company.cluster('production');
    await apply(
      cluster,
      deployment('web-canary', { service: 'web', track: 'canary', replicas: 1, image: 'shop:crash' }),
    );
    const restarts = async () => {
      const [pod] = await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels: { ...labels, track: 'canary' } });
      const status = pod?.status as { containerStatuses: { restartCount: number }[] };
      return { name: pod?.metadata.name ?? '', count: status.containerStatuses[0]?.restartCount ?? -1 };
    };
    await company.clock.sleep(60_000);
    const first = (await restarts()).count;
    expect(first).toBeGreaterThanOrEqual(2);
    await company.clock.sleep(60_000);
    const { name, count } = await restarts();
    expect(count - first).toBeLessThan(first);
    expect(await cluster.logs(name, { tail: 20, previous: true })).toContain('fatal');
    expect(await cluster.logs(name, { tail: 1, previous: true })).toMatch(/^simulated: fatal.*\n$/);
    expect(await cluster.logs(name, { tail: 20, container: 'other' })).toBe('');
  });
});
