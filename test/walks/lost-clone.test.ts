import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SNAPSHOT_LABEL } from '../../src/domain/deployment/kept-snapshot.ts';
import { unfenced } from '../../src/domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import { refOf } from '../../src/usecases/cluster/apply.ts';
import { type Company, deadRuns, openCompany, refusal } from '../support/company.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';

/** The clone that began a deployment is gone: another one has the plan as it was when it was last pushed. */
let company: Company;
afterEach(() => company.close());

const planFile = () => join(company.git.root, 'releases', `${company.id}.yaml`);
const folder = () => join(company.git.root, 'releases', company.id);

/** Deploys until a step, dies, and leaves another clone with what was pushed before the deployment. */
async function loseTheClone(at: string): Promise<void> {
  const pushed = readFileSync(planFile(), 'utf8');
  const kept = new Set(readdirSync(folder()));
  const store = dyingStore(company.store, at, 'after');
  await expect(toProduction(company, {}, { store })).rejects.toBeInstanceOf(Killed);
  for (const name of readdirSync(folder())) if (!kept.has(name)) rmSync(join(folder(), name));
  writeFileSync(planFile(), pushed);
}

async function ready(): Promise<Readonly<Record<string, string>>> {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  return company.production();
}

const takeOver = () => toProduction(company, { takeOver: true }, { runs: deadRuns(company) });

describe('a deployment whose clone was lost', () => {
  it.each(['step.completed rollout:web@production', 'canary.promoted', 'canary.judged'])(
    'goes on from another clone after %s, and its rollback ends at what ran before the first change',
    async (at) => {
      const before = await ready();
      await loseTheClone(at);
      await takeOver();
      await undo(company);
      expect(await company.production()).toEqual(before);
      expect((await company.state()).phase).toBe('rolled-back');
    },
  );

  it.each(['step.completed baseline@production', 'step.intended migrate:add-wallet-table'])(
    'is not begun anew from another clone after %s, though no workload bears a mark yet',
    async (at) => {
      await ready();
      await loseTheClone(at);
      const error = await refusal(toProduction(company));
      expect(error.code).toBe('cluster.fenced-off');
      expect(error.hints.join('\n')).toContain('--take-over');
    },
  );

  it('is never recorded as what was before: without the snapshot that the cluster keeps, nothing is proven', async () => {
    await ready();
    await loseTheClone('canary.promoted');
    const cluster = company.sandbox.cluster('production');
    for (const part of await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' })) {
      if (part.metadata.labels?.[SNAPSHOT_LABEL] === undefined) continue;
      await cluster.remove(refOf(part), { resourceVersion: part.metadata.resourceVersion ?? '' });
    }
    const during = await company.production();
    expect(await refusal(takeOver())).toMatchObject({ code: 'snapshot.lost' });
    expect(await company.production()).toEqual(during);
    expect(await refusal(undo(company, { takeOver: true }))).toMatchObject({ code: 'snapshot.lost' });
    // The canary loses its requests all the same; of the rest no more than the mark of the run is another.
    const rest = (all: typeof during) =>
      Object.entries(all)
        .filter(([name]) => !name.includes('-canary'))
        .map(([name, text]) => [name, unfenced(JSON.parse(text) as KubeObject)]);
    expect(rest(await company.production())).toEqual(rest(during));
    expect(Object.keys(await company.production()).filter((name) => name.includes('-canary'))).toEqual([]);
    expect((await company.plan()).events.some((event) => event.type === 'rollback.completed')).toBe(false);
  });

  it('keeps values of what ran before in the cluster alone: the repository has names and digests', async () => {
    await ready();
    const cluster = company.sandbox.cluster('production');
    const web = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    if (web === undefined) throw new Error('no web');
    const secret = { name: 'DATABASE_URL', value: 'postgres://shop:CanaryPassw0rd@db/shop' };
    const changed = structuredClone(web) as unknown as {
      spec: { template: { spec: { containers: { env?: object[] }[] } } };
    };
    const [container] = changed.spec.template.spec.containers;
    if (container !== undefined) container.env = [...(container.env ?? []), secret];
    const resourceVersion = web.metadata.resourceVersion ?? '';
    await cluster.replace(changed as unknown as KubeObject, { resourceVersion });
    const before = await company.production();
    await toProduction(company);
    const kept = readdirSync(folder()).map((name) => readFileSync(join(folder(), name), 'utf8'));
    expect([...kept, readFileSync(planFile(), 'utf8')].filter((one) => one.includes('CanaryPassw0rd'))).toEqual([]);
    expect(kept.some((one) => one.includes('DATABASE_URL'))).toBe(true);
    await undo(company);
    expect(await company.production()).toEqual(before);
  });

  it('restores nothing that only the repository says: what is written into the kept file is not believed', async () => {
    const before = await ready();
    await toProduction(company);
    const file = join(folder(), 'snapshot-1-production.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('shop/web', 'evil/web'));
    await undo(company);
    expect(await company.production()).toEqual(before);
  });

  it('reads the snapshot from the cluster where only the kept file is gone', async () => {
    const before = await ready();
    await toProduction(company);
    for (const name of readdirSync(folder())) if (name.startsWith('snapshot-')) rmSync(join(folder(), name));
    await undo(company);
    expect(await company.production()).toEqual(before);
  });
});
