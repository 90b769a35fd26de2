import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, KubeObject } from '../../src/ports/cluster.ts';
import type { Environments } from '../../src/ports/environments.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';

/** Production is not well before the release, is changed by others meanwhile, or does not become well again. */
let company: Company;
afterEach(() => company.close());

const API = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' } as const;
const production = (): Cluster => company.sandbox.cluster('production');
const because = { reason: 'it mends the crash loop' };

async function ready(): Promise<void> {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

/** Somebody changes a Deployment by hand. */
async function edit(change: (live: KubeObject) => KubeObject): Promise<void> {
  const live = await production().get(API);
  if (live === undefined) throw new Error('no api');
  await production().replace(change(live), { resourceVersion: live.metadata.resourceVersion ?? '' });
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 25 * 60_000);
}

const withImage = (tag: string) => (live: KubeObject) => {
  const { spec } = live as unknown as { spec: { template: { spec: { containers: object[] } } } };
  const { template } = spec;
  const containers = template.spec.containers.map((one) => ({ ...one, image: `registry.example.com/shop/api:${tag}` }));
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%', maxSurge: 0 } };
  const next = { ...template, spec: { ...template.spec, containers } };
  return { ...live, spec: { ...spec, strategy, template: next } } as KubeObject;
};

/** Nobody was told that a deployment starts. */
function expectUnannounced(): void {
  const topics = company.sandbox.outbox().map((message) => JSON.stringify(message));
  expect(topics.filter((one) => one.includes('Production Deployment starting'))).toEqual([]);
}

/** Production as in a cluster that has no room for the last pod of api. */
function shortOfOne(): Environments {
  const short = (one: KubeObject): KubeObject => {
    const status = one.status as { availableReplicas?: number } | undefined;
    return one.kind !== 'Deployment' || one.metadata.name !== 'api'
      ? one
      : { ...one, status: { ...status, availableReplicas: Math.min(status?.availableReplicas ?? 0, 7) } };
  };
  const seen = (cluster: Cluster): Cluster => ({
    ...cluster,
    async get(ref) {
      const one = await cluster.get(ref);
      return one === undefined ? undefined : short(one);
    },
    list: async (query) => (await cluster.list(query)).map(short),
    async *follow(queries, until) {
      for await (const view of cluster.follow(queries, until)) yield view.map((objects) => objects.map(short));
    },
  });
  const { environments } = company.as('nobody@example.com');
  return { ...environments, cluster: (environment, region) => seen(environments.cluster(environment, region)) };
}

/** What the error says to do is what `relctl status` says. */
function expectSameWays({ hints }: { readonly hints: readonly string[] }, data: unknown): void {
  const { next } = data as { readonly next: readonly { readonly command: string; readonly why?: string }[] };
  for (const { command, why } of next) expect(hints).toContain(`${why}: ${command}`);
}

describe('a production that is sick before the release', () => {
  it('is told before anything is announced, and gone on with only with a reason', async () => {
    await ready();
    await edit(withImage('4.1.0-crash'));
    const before = await company.production();
    const error = await refusal(toProduction(company));
    expect(error).toMatchObject({ code: 'production.sick', exitCode: 8 });
    expect(error.message).toContain('Deployment/api is not well before the release: 0 of 8 available');
    expect(error.hints.join('\n')).toContain('--reason');
    expect(await company.production()).toEqual(before);
    expectUnannounced();
  });

  it('comes back as sick as it was: the rollback ends, and says so', async () => {
    await ready();
    await edit(withImage('4.1.0-crash'));
    const before = await company.production();
    const outcome = await toProduction(company, because);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'canary.inconclusive', phase: 'rolled-back' } });
    expect(outcome.headline).toContain('0 of 8 available');
    expect(await company.production()).toEqual(before);
    const started = (await company.plan()).events.find((event) => event.type === 'deploy.started');
    expect(started?.data).toMatchObject({ sick: { reason: because.reason } });
  });

  describe('with one pod that has no room for ever', () => {
    const reason = 'no room for the eighth pod; ordered';

    it('goes forward, and back to as many as there were', async () => {
      await ready();
      const before = await company.production();
      const environments = shortOfOne();
      const out = await toProduction(company, { reason }, { environments });
      expect(out).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
      const back = await undo(company, {}, { environments });
      expect(back).toMatchObject({ result: 'done', data: { phase: 'rolled-back' } });
      expect(back.headline).toContain('7 of 8 available');
      expect(await company.production()).toEqual(before);
    });

    it('is aborted in the middle of it, and that ends', async () => {
      await ready();
      const before = await company.production();
      const environments = shortOfOne();
      await toProduction(company, { mode: 'canary', reason }, { environments });
      const out = await toProduction(company, { mode: 'abort' }, { environments });
      expect(out).toMatchObject({ result: 'done', data: { phase: 'aborted' } });
      expect(await company.production()).toEqual(before);
    });
  });

  it('takes the candidate that mends its errors', async () => {
    await ready();
    await edit(withImage('4.1.0-bad-errors'));
    const out = await toProduction(company);
    expect(out, out.headline).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    const { slos = [] } = (await company.state()).deployment?.verdict?.data ?? {};
    const control = slos.find(({ name }) => name === 'api errors')?.control;
    const { bad = 0, total = 1 } = (control ?? {}) as { readonly bad?: number; readonly total?: number };
    // Worse than the plan allows, so that what was compared with is the sick production indeed.
    expect(bad / total).toBeGreaterThan(0.01);
  });

  it('changed by hand during the canary, stays changed: what the release never wrote is not restored', async () => {
    await ready();
    await toProduction(company, { mode: 'canary' });
    await edit(withImage('4.1.9-hotfix'));
    const outcome = await toProduction(company, { mode: 'abort' });
    expect(outcome.headline).toContain('others changed production Deployment/api');
    expect(JSON.stringify((await production().get(API))?.spec)).toContain('4.1.9-hotfix');
    expect((await company.state()).phase).toBe('aborted');
  });
});

describe('what somebody changed after the release had written it', () => {
  async function changedByHand(): Promise<Readonly<Record<string, string>>> {
    await ready();
    const before = await company.production();
    await toProduction(company);
    await edit(withImage('4.1.9-hotfix'));
    return before;
  }

  it('is not restored over unasked: the difference is shown with both ways out', async () => {
    await changedByHand();
    const error = await refusal(undo(company));
    expect(error).toMatchObject({ code: 'rollback.changed-by-hand', exitCode: 8 });
    expect(error.hints.join('\n')).toMatch(/--hand-changes keep[\s\S]*--hand-changes restore[\s\S]*4\.1\.9-hotfix/);
    expect(JSON.stringify((await production().get(API))?.spec)).toContain('4.1.9-hotfix');
    const { data, blocks } = await status(company.as('nobody@example.com'), company.id);
    expect(data).toMatchObject({
      phase: 'deployed',
      stopped: { code: 'rollback.changed-by-hand' },
      next: [{ command: expect.stringContaining('keep') }, { command: expect.stringContaining('restore') }],
    });
    expectSameWays(error, data);
    expect(JSON.stringify(blocks)).toContain('the rollback stands still: production Deployment/api');
  });

  it('is restored where a person says so', async () => {
    const before = await changedByHand();
    await undo(company, { handChanges: 'restore' });
    expect(await company.production()).toEqual(before);
  });

  it('is kept where a person says so, and the rollback ends and tells it', async () => {
    await changedByHand();
    const outcome = await undo(company, { handChanges: 'keep' });
    expect(outcome.headline).toContain('others changed production Deployment/api');
    expect(JSON.stringify((await production().get(API))?.spec)).toContain('4.1.9-hotfix');
    expect((await company.state()).phase).toBe('rolled-back');
  });
});

describe('what somebody has added after the release had written it', () => {
  const withVariable = (live: KubeObject): KubeObject => {
    const next = structuredClone(live) as KubeObject & {
      spec: { template: { spec: { containers: { env?: object[] }[] } } };
    };
    const [container] = next.spec.template.spec.containers;
    if (container !== undefined) container.env = [...(container.env ?? []), { name: 'POOL_SIZE', value: '50' }];
    return next;
  };

  it.each([
    ['a variable', withVariable, 'POOL_SIZE'],
    [
      'a label',
      (live: KubeObject) => ({
        ...live,
        metadata: { ...live.metadata, labels: { ...live.metadata.labels, 'on-call': 'yes' } },
      }),
      'on-call',
    ],
  ] as const)('%s, which no apply of ours takes away, is shown and asked for', async (_what, change, says) => {
    await ready();
    const before = await company.production();
    await toProduction(company);
    await edit(change);
    const error = await refusal(undo(company));
    expect(error.code).toBe('rollback.changed-by-hand');
    expect(error.hints.join('\n')).toContain(says);
    expect(JSON.stringify(await production().get(API))).toContain(says);
    await undo(company, { handChanges: 'restore' });
    expect(await company.production()).toEqual(before);
  });

  it('is nothing where it stood there before the release as well', async () => {
    await ready();
    await edit(withVariable);
    const before = await company.production();
    await toProduction(company);
    expect(await undo(company)).toMatchObject({ result: 'done', data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });
});

describe('a production that was well and does not become well again', () => {
  it('ends the rollback only when a person accepts it', async () => {
    await ready();
    await toProduction(company);
    const environments = shortOfOne();
    const options = { reason: 'checkouts fail', confirmed: true, takeOver: false, pastPointOfNoReturn: false };
    const { rollback } = await import('../../src/usecases/rollback.ts');
    const as = company.as('olga@example.com', { environments });
    const error = await refusal(rollback(as, company.id, options));
    expect(error.code).toBe('rollback.unhealthy');
    expect(error.hints.join('\n')).toContain('--accept-unhealthy');
    const { data } = await status(company.as('nobody@example.com'), company.id);
    expect(data).toMatchObject({
      stopped: { code: 'rollback.unhealthy' },
      next: [{ command: `relctl rollback ${company.id}` }, { command: expect.stringContaining('--accept-unhealthy') }],
    });
    expectSameWays(error, data);
    const outcome = await rollback(as, company.id, { ...options, acceptUnhealthy: true });
    expect(outcome.headline).toContain('accepted by olga@example.com');
    expect((await company.state()).phase).toBe('rolled-back');
  });
});

describe('an object that is being deleted', () => {
  it('is not written over: what would be put back goes with it', async () => {
    await ready();
    await toProduction(company);
    const going = (one: KubeObject): KubeObject => ({
      ...one,
      metadata: { ...one.metadata, deletionTimestamp: '2026-11-29T00:00:00Z', finalizers: ['example.com/backup'] },
    });
    const { environments } = company.as('nobody@example.com');
    const seen: Environments = {
      ...environments,
      cluster(environment, region) {
        const cluster = environments.cluster(environment, region);
        const isApi = (one: KubeObject) => one.kind === 'Deployment' && one.metadata.name === 'api';
        return {
          ...cluster,
          async get(ref) {
            const one = await cluster.get(ref);
            return one !== undefined && isApi(one) ? going(one) : one;
          },
        };
      },
    };
    const before = await company.production();
    const { rollback } = await import('../../src/usecases/rollback.ts');
    const options = { reason: 'checkouts fail', confirmed: true, takeOver: false, pastPointOfNoReturn: false };
    const error = await refusal(rollback(company.as('olga@example.com', { environments: seen }), company.id, options));
    expect(error.code).toBe('rollback.incomplete');
    expect(error.message).toContain('waits for its finalizers: example.com/backup');
    expect(error.hints.at(-1)).toBe(`once it is fixed: relctl rollback ${company.id}`);
    expectSameWays(error, (await status(company.as('nobody@example.com'), company.id)).data);
    expect(await company.production()).toEqual(before);
  });
});

describe('a Deployment that somebody has paused', () => {
  it('is refused before the announcement, with the command that lets it go on', async () => {
    await ready();
    await edit((live) => ({ ...live, spec: { ...(live.spec as object), paused: true } }));
    const error = await refusal(toProduction(company));
    expect(error.code).toBe('production.unfit');
    expect(error.hints[0]).toBe('kubectl -n shop rollout resume deployment api');
    expectUnannounced();
  });
});

describe('an object that a reconciler keeps', () => {
  it('is refused before the announcement, naming both', async () => {
    await ready();
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'shop',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    };
    await edit((live) => ({ ...live, metadata: { ...live.metadata, labels: { ...live.metadata.labels, ...labels } } }));
    const error = await refusal(toProduction(company));
    expect(error.code).toBe('production.reconciled');
    expect(error.message).toMatch(/Deployment\/api .*Flux Kustomization flux-system\/shop/);
    expectUnannounced();
  });
});

describe('what the API server would refuse', () => {
  it('is said before the announcement, in its own words', async () => {
    await ready();
    const live = await production().get(API);
    if (live === undefined) throw new Error('no api');
    await production().remove(API, { resourceVersion: live.metadata.resourceVersion ?? '' });
    const { uid, resourceVersion, ...metadata } = live.metadata;
    const spec = JSON.parse(JSON.stringify(live.spec)) as {
      selector: { matchLabels: Record<string, string> };
      template: { metadata: { labels: Record<string, string> } };
    };
    spec.selector.matchLabels.old = 'yes';
    spec.template.metadata.labels.old = 'yes';
    await production().create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 5 * 60_000);
    const error = await refusal(toProduction(company));
    expect(error.code).toBe('production.unfit');
    expect(error.message).toContain('immutable');
    expectUnannounced();
  });
});
