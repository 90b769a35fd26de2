import { afterEach, expect, it } from 'vitest';
import { withoutServerFields } from '../../../../src/domain/kubernetes/manifests.ts';
import { withImages } from '../../../../src/domain/kubernetes/pods.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';
import { acquireLock } from '../../../../src/usecases/cluster/lock.ts';
import { clusterOf } from '../../../../src/usecases/cluster/run.ts';
import type { SnapshotObject } from '../../../../src/usecases/cluster/snapshot.ts';
import { putBack } from '../../../../src/usecases/deployment/put-back.ts';
import { openRelease } from '../../../../src/usecases/release/open.ts';
import { type Company, openCompany } from '../../../support/company.ts';
import { OPERATOR, walkTo } from '../../../support/company-walk.ts';
import { recordingEnvironments } from '../../../support/recording-environments.ts';

let company: Company;
afterEach(() => company.close());

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } as const;
const SETTINGS: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { POOL: 'new' } };

it('a ConfigMap that kept its name is put back before the pods that read it when they start', async () => {
  company = await openCompany();
  await walkTo(company, 'deployed');
  const { environments, writes } = recordingEnvironments(company.sandbox);
  const context = company.as(OPERATOR, { environments });
  const cluster = clusterOf(context, 'production');
  await cluster.create(SETTINGS);
  const web = await cluster.get(WEB);
  if (web === undefined) throw new Error('no web');
  const options = { durationSeconds: 60, wait: false, takeOver: true, fenceAbove: 9 };
  const lock = await acquireLock(context, 'production', cluster, company.id, options);
  const release = await openRelease(context, company.id, { others: false });
  const run = {
    context,
    release,
    policy: release.policy,
    attempt: 1,
    images: {},
    locks: new Map([['production', lock]]),
  };
  const old = withImages(withoutServerFields(web), 'registry.example.com/shop/web:4.1.0', ({ name }) => name === 'web');
  const objects: readonly SnapshotObject[] = [
    {
      service: 'web',
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'kept',
      object: { ...SETTINGS, data: { POOL: 'old' } },
    },
    { service: 'web', ...WEB, object: old },
  ];
  await putBack(run, { target: 'production', salt: '', objects }, { kept: new Set(), acceptUnhealthy: false });
  const put = writes.filter((write) => write.endsWith('/kept') || write.endsWith('/web'));
  expect(put).toEqual(['create ConfigMap/kept', 'replace ConfigMap/kept', 'replace Deployment/web']);
});
