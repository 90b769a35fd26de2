import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SNAPSHOT_LABEL } from '../../src/domain/deployment/kept-snapshot.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import { refOf } from '../../src/usecases/cluster/apply.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/** A release that was rolled back and is deployed again: production may have been changed in between, and that is what it goes back to. */
let company: Company;
afterEach(() => company.close());

const production = () => company.sandbox.cluster('production');

async function ready(): Promise<void> {
  company = await openCompany();
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

/** Somebody gives api another version by hand. */
async function mend(version: string): Promise<void> {
  const live = await production().get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' });
  if (live === undefined) throw new Error('no api');
  const next = structuredClone(live) as unknown as {
    spec: { template: { spec: { containers: { image: string }[] } } };
  };
  for (const one of next.spec.template.spec.containers) one.image = `registry.example.com/shop/api:${version}`;
  const resourceVersion = live.metadata.resourceVersion ?? '';
  await production().replace(next as unknown as KubeObject, { resourceVersion });
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 10 * 60_000);
}

/** Two weeks later the release is ready once more. */
async function again(): Promise<void> {
  await reopen(company.as(PEOPLE.rdLead), company.id, 'mended');
  const file = join(company.git.root, 'releases', `${company.id}.yaml`);
  const later = readFileSync(file, 'utf8').replace(/(start|end): 2026-12-03/g, '$1: 2026-12-17');
  writeFileSync(file, later);
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

describe('a second deployment of a release', () => {
  it('goes back to what a person kept after the first, though that bears a mark of the first', async () => {
    await ready();
    await toProduction(company);
    await mend('4.1.9-hotfix');
    await undo(company, { handChanges: 'keep' });
    const before = await company.production();
    expect(JSON.stringify(before)).toContain('4.1.9-hotfix');
    await again();
    expect((await toProduction(company)).result).toBe('done');
    await undo(company);
    expect(await company.production()).toEqual(before);
  });

  it('never goes back to what was before the first, where its own snapshot is gone', async () => {
    await ready();
    await toProduction(company);
    await undo(company);
    await mend('4.1.9-hotfix');
    await again();
    await toProduction(company);
    const parts = (await production().list({ apiVersion: 'v1', kind: 'ConfigMap' })).filter(
      ({ metadata }) => metadata.labels?.[SNAPSHOT_LABEL] === '2' && metadata.name.startsWith('relctl-snapshot-'),
    );
    expect(parts).toHaveLength(1);
    for (const part of parts)
      await production().remove(refOf(part), { resourceVersion: part.metadata.resourceVersion ?? '' });
    const during = await company.production();
    expect((await refusal(undo(company))).code).toBe('snapshot.lost');
    expect(await company.production()).toEqual(during);
  });
});
