import { afterEach, describe, expect, it } from 'vitest';
import { SNAPSHOT_LABEL } from '../../src/domain/deployment/kept-snapshot.ts';
import { unfenced } from '../../src/domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import { refOf } from '../../src/usecases/cluster/apply.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, deadRuns, openCompany, refusal } from '../support/company.ts';
import { checks, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';

/** Somebody has deleted what the cluster kept of a production before the release: nothing can be put back, and nothing is proven. */
let company: Company;
afterEach(() => company.close());

const production = () => company.sandbox.cluster('production');

async function ready(): Promise<Readonly<Record<string, string>>> {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  return company.production();
}

async function loseSnapshot(): Promise<void> {
  for (const part of await production().list({ apiVersion: 'v1', kind: 'ConfigMap' })) {
    if (part.metadata.labels?.[SNAPSHOT_LABEL] === undefined) continue;
    await production().remove(refOf(part), { resourceVersion: part.metadata.resourceVersion ?? '' });
  }
}

/** A person deploys the version of before by hand. */
async function putBackByHand(): Promise<void> {
  for (const name of ['web', 'api']) {
    const live = await production().get({ apiVersion: 'apps/v1', kind: 'Deployment', name });
    if (live === undefined) throw new Error(`no ${name}`);
    const back = structuredClone(live) as unknown as {
      spec: { template: { spec: { containers: { image: string }[] } } };
    };
    for (const one of back.spec.template.spec.containers) one.image = `registry.example.com/shop/${name}:4.1.0`;
    const resourceVersion = live.metadata.resourceVersion ?? '';
    await production().replace(back as unknown as KubeObject, { resourceVersion });
  }
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 10 * 60_000);
}

async function waysOut(): Promise<readonly string[]> {
  const { data } = await status(company.as('nobody@example.com'), company.id);
  const { stopped, next } = data as { stopped: { code: string }; next: readonly { command: string }[] };
  expect(stopped.code).toBe('snapshot.lost');
  return next.map(({ command }) => command);
}

const isFree = async () => {
  const lease = await production().get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'relctl' });
  return (lease?.spec as { readonly holderIdentity?: string } | undefined)?.holderIdentity === undefined;
};

describe('a release whose snapshot is lost', () => {
  it.each(['held', 'killed'])('loses its canary all the same (%s), and ends when a person accepts it', async (how) => {
    const before = await ready();
    if (how === 'held') await toProduction(company, { mode: 'canary' });
    else {
      const killed = { runs: deadRuns(company), store: dyingStore(company.store, 'canary.judged', 'before') };
      await expect(toProduction(company, {}, killed)).rejects.toBeInstanceOf(Killed);
    }
    await loseSnapshot();
    const error = await refusal(toProduction(company, { mode: 'abort' }));
    expect(error.code).toBe('snapshot.lost');
    expect(Object.keys(await company.production()).filter((name) => name.includes('canary'))).toEqual([]);
    const ways = await waysOut();
    expect(ways).toEqual([`relctl rollback ${company.id}`, `relctl rollback ${company.id} --accept-unproven`]);
    for (const way of ways) expect(error.hints.some((hint) => hint.endsWith(way))).toBe(true);
    const end = await undo(company, { acceptUnproven: true });
    expect(end.headline).toMatch(
      /is not proven .*production is not proven: what ran there before is lost, accepted by/,
    );
    expect((await company.state()).phase).toBe('aborted');
    expect(await isFree()).toBe(true);
    // A run that takes over marks workloads that it does not change.
    const deployments = (all: typeof before) =>
      Object.entries(all)
        .filter(([name]) => name.includes('Deployment/'))
        .map(([name, text]) => [name, unfenced(JSON.parse(text) as KubeObject)]);
    expect(deployments(await company.production())).toEqual(deployments(before));
  });

  it('is not rolled back while the candidate runs, whatever a person accepts', async () => {
    await ready();
    await toProduction(company);
    await loseSnapshot();
    const during = await company.production();
    expect((await refusal(undo(company))).code).toBe('snapshot.lost');
    expect(await waysOut()).toContain(`relctl rollback ${company.id} --accept-unproven`);
    // A rollback has begun: nobody says now that the release is good.
    expect(await refusal(checks(company))).toMatchObject({ code: 'gate.refused' });
    const error = await refusal(undo(company, { acceptUnproven: true }));
    expect(error.code).toBe('rollback.incomplete');
    expect(error.message).toContain('production Deployment/api runs');
    expect(await company.production()).toEqual(during);
    await putBackByHand();
    const end = await undo(company, { acceptUnproven: true });
    expect(end).toMatchObject({ result: 'done', data: { rollback: { isProven: false } } });
    expect(end.headline).not.toContain('production is as it was before (');
    expect((await company.state()).phase).toBe('rolled-back');
    expect(await isFree()).toBe(true);
  });
});
