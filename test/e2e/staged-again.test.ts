import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { refOf } from '../../src/usecases/cluster/apply.ts';
import { type Company, PEOPLE, startCompany } from './support/company.ts';
import { manifests } from './support/product.ts';
import { rpd } from './support/rpd.ts';

/** A Job that an earlier release left in staging, under the name of one that the next release brings: a real API server does not change its template. */
let company: Company;

beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company?.stop());

const SEED = { apiVersion: 'batch/v1', kind: 'Job', name: 'seed' };
const SECRET = 'hunter2hunter2';

function seed(tag: string) {
  const container = {
    name: 'seed',
    image: `registry.example/tool:${tag}`,
    command: ['true'],
    env: [{ name: 'TOKEN', value: SECRET }],
  };
  return {
    apiVersion: SEED.apiVersion,
    kind: SEED.kind,
    metadata: { name: SEED.name },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
  };
}

/** A plan whose candidate brings the Job to staging. */
function candidate(id: string, tag: string): void {
  const files = manifests(tag, `hello ${tag}`);
  const staging = 'deploy/staging/web.yaml';
  const commit = company.product.candidate(id, {
    ...files,
    [staging]: `${files[staging]}---\n${stringify(seed(tag))}`,
  });
  company.product.write(`releases/${id}.yaml`, rpd({ id, commit, tag }));
}

async function json(who: string, ...args: readonly string[]) {
  const result = await company.relctl([...args, '--as', who, '--json']);
  return {
    code: result.code,
    said: result.stdout + result.stderr,
    doc: JSON.parse(result.stdout) as { data: unknown },
  };
}

async function approve(id: string): Promise<void> {
  // The other release has the same window.
  const submitted = await json(PEOPLE.lead, 'submit-cab', id, '--exception', 'the first is not deployed');
  expect(submitted.code, submitted.said).toBe(0);
  const areas = ['--operational-readiness', '--security-review', '--impact-assessment'];
  expect(await json(PEOPLE.cab, 'signoff', 'cab', id, '--decision', 'go', ...areas)).toMatchObject({ code: 0 });
}

const staging = () => company.cluster('shop-staging');

async function takeAway(): Promise<void> {
  const live = await staging().get(SEED);
  await staging().remove(SEED, { resourceVersion: live?.metadata.resourceVersion ?? '' });
}

it('is found by the check, and by stage before it begins; once it is gone, the release is staged', async () => {
  candidate('first', '2.0.0');
  await approve('first');
  expect(await json(PEOPLE.lead, 'stage', 'first')).toMatchObject({ code: 0 });

  candidate('second', '3.0.0');
  const checked = await json(PEOPLE.lead, 'plan', 'second', '--check');
  expect(checked.code).toBe(2);
  expect(checked.said).toContain('Job/seed cannot be applied once more');
  expect(checked.said).toContain('another spec.template, which an API server refuses to change');
  expect(checked.said).toMatch(/kubectl --context e2e -n shop-staging delete job seed/);
  expect(checked.said).not.toContain(SECRET);

  await takeAway();
  expect(await json(PEOPLE.lead, 'plan', 'second', '--check')).toMatchObject({ code: 0 });
  await approve('second');
  await staging().create(seed('2.9.0'));
  const refused = await json(PEOPLE.lead, 'stage', 'second');
  expect(refused.code).not.toBe(0);
  expect(refused.said).toContain('Job/seed cannot be applied once more');
  expect(refused.said).not.toContain(SECRET);
  expect(company.history('second').phase).toBe('approved');
  expect(company.history('second').events.map(({ type }) => type)).not.toContain('stage.started');

  await takeAway();
  expect(await json(PEOPLE.lead, 'stage', 'second')).toMatchObject({ code: 0 });
  expect(JSON.stringify(await staging().get(refOf(seed('3.0.0'))))).toContain('tool:3.0.0');
});
