import { describe, expect, it } from 'vitest';
import { KubectlFailure } from '../../../../src/adapters/kubectl/failure.ts';
import { createReads } from '../../../../src/adapters/kubectl/reads.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';
const SECRETS = '/api/v1/namespaces/shop/secrets';
const deployment = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });
const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', name });

/** Reads from a server that has these Deployments, and the paths that it was asked for. */
function reads(names: readonly string[]) {
  const paths: string[] = [];
  const object = (name: string) => ({ metadata: { name } });
  const read = async (args: readonly string[]) => {
    const path = args.at(-1) ?? '';
    paths.push(path);
    if (path === DEPLOYMENTS) return JSON.stringify({ items: names.map(object) });
    const name = path.split('/').at(-1) ?? '';
    if (path.startsWith(`${DEPLOYMENTS}/`) && names.includes(name)) {
      return JSON.stringify({ ...object(name), apiVersion: 'apps/v1', kind: 'Deployment' });
    }
    throw new KubectlFailure(name === 'hidden' ? 'rejected' : 'not-found', `no ${path}`);
  };
  return { paths, reads: createReads({ read }, (seen) => seen) };
}

describe('createReads', () => {
  it('asks for one object by its path', async () => {
    const { paths, reads: cluster } = reads(['web']);
    expect(await cluster.one(DEPLOYMENTS, deployment('web'))).toMatchObject({ metadata: { name: 'web' } });
    expect(await cluster.one(DEPLOYMENTS, deployment('api'))).toBeUndefined();
    expect(paths).toEqual([`${DEPLOYMENTS}/web`, `${DEPLOYMENTS}/api`]);
  });

  it('reads many Deployments that are asked for together as one list', async () => {
    const { paths, reads: cluster } = reads(['a', 'b', 'other']);
    const found = await Promise.all(['a', 'b', 'gone'].map((name) => cluster.one(DEPLOYMENTS, deployment(name))));
    expect(found.map((one) => one?.metadata.name)).toEqual(['a', 'b', undefined]);
    expect(found[0]).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(paths).toEqual([DEPLOYMENTS]);
  });

  it('never lists what a deployment does not list anyway', async () => {
    const { paths, reads: cluster } = reads([]);
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => cluster.one(SECRETS, secret(name))));
    expect(paths).toEqual(['a', 'b', 'c', 'd'].map((name) => `${SECRETS}/${name}`));
  });

  it('tells the failure of one object to nobody who asked for another', async () => {
    const { reads: cluster } = reads([]);
    const [hidden, gone] = await Promise.allSettled([
      cluster.one(SECRETS, secret('hidden')),
      cluster.one(SECRETS, secret('gone')),
    ]);
    expect(hidden).toMatchObject({ status: 'rejected', reason: { failure: 'rejected' } });
    expect(gone).toEqual({ status: 'fulfilled', value: undefined });
  });

  it('reads the same list once for all who ask for it together', async () => {
    const { paths, reads: cluster } = reads(['web']);
    const query = { apiVersion: 'apps/v1', kind: 'Deployment' };
    const lists = await Promise.all([cluster.all(DEPLOYMENTS, query), cluster.all(DEPLOYMENTS, query)]);
    expect(lists.map((list) => list.length)).toEqual([1, 1]);
    expect(paths).toEqual([DEPLOYMENTS]);
  });
});
