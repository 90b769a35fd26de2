import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { refOf } from '../../src/usecases/cluster/apply.ts';
import { checkRelease } from '../../src/usecases/planning/check/check-release.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import type { Manifest } from '../support/company-files.ts';
import { toStaging, walkTo } from '../support/company-walk.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/** A release that brings a Job is staged, is given another image, and is staged again: no API server changes the template of the Job that is there. */
let company: Company;
afterEach(() => company.close());

const SEED = { apiVersion: 'batch/v1', kind: 'Job', name: 'seed' };
const FILE = () => join(company.git.root, 'releases', `${company.id}.yaml`);

/** The Job of the candidate: it runs the image of api. */
const seed = (version: string): Manifest => ({
  apiVersion: SEED.apiVersion,
  kind: SEED.kind,
  metadata: { name: SEED.name },
  spec: {
    template: {
      spec: {
        containers: [{ name: 'seed', image: `registry.example.com/shop/api:${version}` }],
        restartPolicy: 'Never',
      },
    },
  },
});

const staging = () => company.sandbox.cluster('staging');

async function staged(): Promise<void> {
  company = await openCompany({
    shape: {
      objects: (objects, { service, version, environment }) =>
        service === 'api' && version === '4.2.0' && environment === 'staging' ? [...objects, seed(version)] : objects,
    },
  });
  await walkTo(company, 'staged');
  expect(await staging().get(SEED)).toBeDefined();
}

/** A new commit of the candidate, with another image of api; the board gives its Go anew. */
async function amended(): Promise<void> {
  await reopen(company.as(PEOPLE.rdLead), company.id, 'api was mended');
  const { git } = company;
  git.git('checkout', '--quiet', 'release');
  const commit = git.commit({ 'services/api/main.js': '// mended\n' }, 'Mended');
  git.git('checkout', '--quiet', 'main');
  const text = readFileSync(FILE(), 'utf8');
  writeFileSync(
    FILE(),
    text
      .replace(/commit: [0-9a-f]{40}/, `commit: ${commit}`)
      .replaceAll('shop/api:4.2.0', 'shop/api:4.2.1')
      .replace(/(start|end): 2026-12-03/g, '$1: 2026-12-17'),
  );
}

const eventsOf = async () => (await company.plan()).events.map(({ type }) => type);

describe('a Job that an earlier staging left', () => {
  it('is found by the check, with the ways out, and taken away it is staged anew', async () => {
    await staged();
    await amended();
    const error = await refusal(checkRelease(company.as(PEOPLE.rdLead), company.id));
    expect(error.code).toBe('plan.incomplete');
    const { findings } = error.data as {
      readonly findings: readonly { readonly code: string; problem: string; fix: string }[];
    };
    const [found, ...rest] = findings.filter(({ code }) => code === 'manifests.immutable');
    expect(rest).toEqual([]);
    expect(found?.problem).toContain(
      'staging: Job/seed cannot be applied once more: it is there from an earlier staging',
    );
    expect(found?.problem).toContain('spec.template');
    expect(found?.fix).toContain('kubectl --context sandbox-staging -n shop delete job seed');

    const live = await staging().get(SEED);
    await staging().remove(SEED, { resourceVersion: live?.metadata.resourceVersion ?? '' });
    await walkTo(company, 'staged');
    expect(JSON.stringify(await staging().get(SEED))).toContain('shop/api:4.2.1');
  });

  it('is refused by stage before it begins, where another release left it meanwhile', async () => {
    await staged();
    await amended();
    const live = await staging().get(SEED);
    if (live === undefined) throw new Error('the Job is there');
    await staging().remove(refOf(live), { resourceVersion: live.metadata.resourceVersion ?? '' });
    await walkTo(company, 'approved');
    const { uid: _uid, resourceVersion: _version, ...metadata } = live.metadata;
    await staging().create({ ...live, metadata });
    await company.advanceToWindow(-4 * 24 * 3_600_000);
    const before = await eventsOf();
    const error = await refusal(toStaging(company));
    expect(error.code).toBe('config.invalid');
    expect(error.message).toContain('Job/seed cannot be applied once more');
    expect(error.hints[0]).toContain('delete job seed');
    expect(await eventsOf()).toEqual(before);
    expect((await company.state()).phase).toBe('approved');
  });

  it('may stay where it is to be the same', async () => {
    await staged();
    await toStaging(company);
    expect((await company.state()).attempts.stage).toBe(2);
  });
});
