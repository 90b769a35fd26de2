import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { previewDeploy } from '../../../../src/usecases/deployment/preview.ts';
import { type Company, openCompany, refusal } from '../../../support/company.ts';
import { OPERATOR, walkTo } from '../../../support/company-walk.ts';

let company: Company;
afterEach(() => company.close());

const file = () => readFileSync(join(company.git.root, 'releases', `${company.id}.yaml`), 'utf8');

describe('deploy --dry-run', () => {
  it('shows every step and the exact changes days before the window, and writes nothing', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const before = { file: file(), production: await company.production() };
    const outcome = await previewDeploy(company.as(OPERATOR), company.id);
    expect({ file: file(), production: await company.production() }).toEqual(before);
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'relctl' };
    expect(await company.sandbox.cluster('production').get(lease)).toBeUndefined();
    expect(outcome.data).toMatchObject({
      refusals: [{ gate: 'time.window-open' }],
      obstacles: [],
      steps: expect.arrayContaining([
        {
          id: 'canary:web@production',
          title: 'Start the canary of web',
          effect: '1 pod beside 8, 11.1% (1% asked for) of the requests',
        },
        { id: 'bake', title: expect.any(String), effect: 'judges web errors, api errors, api latency every 1 min' },
      ]),
    });
    const { differences } = outcome.data as { differences: { part: string; diff: string }[] };
    const [canary, rollout] = differences;
    expect(canary).toMatchObject({ part: 'canary', diff: expect.stringContaining('+  name: web-canary') });
    expect(rollout).toMatchObject({
      part: 'rollout',
      diff: expect.stringMatching(/\+ +image: registry\.example\.com\/shop\/web:4\.2\.0@sha256:/),
    });
    expect(canary?.diff).not.toContain('replicas: 8');
  });

  it('names the release in the command whose gates are open', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const [gates] = (await previewDeploy(company.as(OPERATOR), company.id)).blocks;
    const text = `every gate of relctl deploy ${company.id} is open`;
    expect(gates).toEqual({ kind: 'checks', checks: [{ state: 'ok', text }] });
  });

  it('works on a draft, and names every gate that stands in the way', async () => {
    company = await openCompany();
    const { data } = await previewDeploy(company.as(OPERATOR), company.id);
    expect(data).toMatchObject({ phase: 'draft', refusals: [{ gate: 'phase.order' }] });
  });

  it('says what the canary cannot do with what production runs', async () => {
    company = await openCompany({ shape: { replicas: { web: 2, api: 8 } } });
    const outcome = await previewDeploy(company.as(OPERATOR), company.id);
    expect(outcome.data).toMatchObject({ obstacles: [{ code: 'canary.share-too-large', target: 'production' }] });
    expect(outcome.headline).toContain('2 things stand in the way');
  });

  it('refuses to compare with another cluster than the one that relctl.yaml names', async () => {
    company = await openCompany({ shape: { clusterUid: 'another' } });
    const { environments } = company.as(OPERATOR);
    const wrong = {
      ...environments,
      cluster: (...place: Parameters<typeof environments.cluster>) => ({
        ...environments.cluster(...place),
        identity: async () => 'this one',
      }),
    };
    const error = await refusal(previewDeploy(company.as(OPERATOR, { environments: wrong }), company.id));
    expect(error.code).toBe('cluster.wrong-identity');
  });
});
