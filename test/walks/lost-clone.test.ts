import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SNAPSHOT_LABEL } from '../../src/domain/deployment/kept-snapshot.ts';
import { unfenced } from '../../src/domain/kubernetes/manifests.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import type { PlanStore } from '../../src/ports/plan-store.ts';
import { refOf } from '../../src/usecases/cluster/apply.ts';
import { type Company, type CompanyOptions, deadRuns, openCompany, refusal } from '../support/company.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';
import { recordingEnvironments } from '../support/recording-environments.ts';

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

async function ready(options?: CompanyOptions): Promise<Readonly<Record<string, string>>> {
  company = await openCompany(options);
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  return company.production();
}

const takeOver = () => toProduction(company, { takeOver: true }, { runs: deadRuns(company) });

/** The same, and what was recorded until an event had been pushed. */
async function loseTheRecords(since: string, at: string): Promise<void> {
  let pushed = '';
  const { store } = company;
  const pushing: PlanStore = {
    ...store,
    async append(plan, events) {
      const written = await store.append(plan, events);
      if (events.some(({ type }) => type === since)) pushed = readFileSync(planFile(), 'utf8');
      return written;
    },
  };
  const dying = { store: dyingStore(pushing, at, 'after'), runs: deadRuns(company) };
  await expect(toProduction(company, {}, dying)).rejects.toBeInstanceOf(Killed);
  writeFileSync(planFile(), pushed);
}

/** Finished Jobs are cleaned up, and so is one that a person deletes. */
async function cleanUpJobs(): Promise<void> {
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 5 * 60_000);
  const cluster = company.sandbox.cluster('production');
  for (const job of await cluster.list({ apiVersion: 'batch/v1', kind: 'Job' }))
    await cluster.remove(refOf(job), { resourceVersion: job.metadata.resourceVersion ?? '' });
}

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

describe('a migration that was let run from a clone that is lost, and whose Job is gone', () => {
  const ID = 'add-wallet-table';
  const jobsMade = (writes: readonly string[]) => writes.filter((write) => write.startsWith('create Job/')).length;

  async function takenOver() {
    await ready();
    await loseTheClone('step.completed job:*');
    await cleanUpJobs();
    const { environments, writes } = recordingEnvironments(company.sandbox);
    const runs = deadRuns(company);
    const error = await refusal(toProduction(company, { takeOver: true }, { runs, environments }));
    expect(error).toMatchObject({ code: 'migration.unknown', exitCode: 8 });
    expect(error.hints.join('\n')).toMatch(/--resume --ran add-wallet-table[\s\S]*--not-run add-wallet-table/);
    expect(jobsMade(writes)).toBe(0);
    return { environments, writes };
  }

  it.each([
    ['ran', 0],
    ['notRun', 1],
  ] as const)(
    'stops for a person; where they found that it %s, it goes on and the Job runs %i times',
    async (found, times) => {
      const { environments, writes } = await takenOver();
      const out = await toProduction(company, { mode: 'resume', found: { [found]: [ID] } }, { environments });
      expect(out).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
      expect(jobsMade(writes)).toBe(times);
    },
  );

  it('stops a rollback as well, which undoes it where a person found that it ran', async () => {
    const before = await ready();
    await loseTheRecords('deploy.started', 'step.completed job:*');
    await cleanUpJobs();
    expect((await refusal(toProduction(company, { mode: 'abort' }))).code).toBe('migration.unknown');
    expect(await undo(company, { found: { ran: [ID] } })).toMatchObject({ data: { phase: 'aborted' } });
    expect((await company.state()).deployment?.steps.get('undo:migrations')?.data?.detail).toBe(`undone: ${ID}`);
    expect(await company.production()).toEqual(before);
  });

  it('keeps a rollback from going past a point of no return that is recorded nowhere else', async () => {
    const plan: CompanyOptions['plan'] = ({ spec }) => {
      for (const migration of spec.migrations ?? []) {
        Object.assign(migration, { reversible: false, pointOfNoReturn: true });
        delete migration.down;
      }
    };
    await ready({ plan });
    await loseTheRecords('deploy.started', 'step.completed job:*');
    await cleanUpJobs();
    expect((await refusal(toProduction(company, { mode: 'abort' }))).code).toBe('migration.unknown');
    expect(await undo(company, { found: { ran: [ID] } })).toMatchObject({ data: { phase: 'frozen' } });
  });

  it('is run where it was never let run: nobody is asked', async () => {
    await ready();
    await loseTheClone('step.intended job:*');
    await cleanUpJobs();
    expect(await takeOver()).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
  });
});

it('a rollback after a loss of all but the beginning undoes what ran, and puts back what the cluster keeps', async () => {
  const before = await ready();
  await loseTheRecords('deploy.started', 'canary.judged');
  expect(await toProduction(company, { mode: 'abort' })).toMatchObject({ data: { phase: 'aborted' } });
  expect((await company.state()).deployment?.steps.get('undo:migrations')?.data?.detail).toBe(
    'undone: add-wallet-table',
  );
  expect(await company.production()).toEqual(before);
});
