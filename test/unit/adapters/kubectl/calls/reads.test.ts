import { describe, expect, it } from 'vitest';
import { createReads } from '../../../../../src/adapters/kubectl/calls/reads.ts';
import { RequestFailure } from '../../../../../src/adapters/kubectl/failure.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';
const SECRETS = '/api/v1/namespaces/shop/secrets';
const deployment = (name: string) => ({
  collection: DEPLOYMENTS,
  ref: { apiVersion: 'apps/v1', kind: 'Deployment', name },
});
const secret = (name: string) => ({ collection: SECRETS, ref: { apiVersion: 'v1', kind: 'Secret', name } });

/** Reads from a server that has these Deployments, and the paths that it was asked for. */
function reads(names: readonly string[]) {
  const paths: string[] = [];
  const object = (name: string) => ({ metadata: { name } });
  const at = async (path: string) => {
    paths.push(path);
    if (path === DEPLOYMENTS) return { items: names.map(object) };
    const name = path.split('/').at(-1) ?? '';
    if (path.startsWith(`${DEPLOYMENTS}/`) && names.includes(name)) {
      return { ...object(name), apiVersion: 'apps/v1', kind: 'Deployment' };
    }
    throw new RequestFailure(name === 'hidden' ? 'rejected' : 'not-found', `no ${path}`);
  };
  return { paths, reads: createReads(at) };
}

describe('createReads', () => {
  it('asks for one object by its path', async () => {
    const { paths, reads: cluster } = reads(['web']);
    expect(await cluster.one(deployment('web'))).toMatchObject({ metadata: { name: 'web' } });
    expect(await cluster.one(deployment('api'))).toBeUndefined();
    expect(paths).toEqual([`${DEPLOYMENTS}/web`, `${DEPLOYMENTS}/api`]);
  });

  it('reads many Deployments that are asked for together as one list', async () => {
    const { paths, reads: cluster } = reads(['a', 'b', 'other']);
    const found = await Promise.all(['a', 'b', 'gone'].map((name) => cluster.one(deployment(name))));
    expect(found.map((one) => one?.metadata.name)).toEqual(['a', 'b', undefined]);
    expect(found[0]).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(paths).toEqual([DEPLOYMENTS]);
  });

  it('never lists what a deployment does not list anyway', async () => {
    const { paths, reads: cluster } = reads([]);
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => cluster.one(secret(name))));
    expect(paths).toEqual(['a', 'b', 'c', 'd'].map((name) => `${SECRETS}/${name}`));
  });

  it('tells the failure of one object to nobody who asked for another', async () => {
    const { reads: cluster } = reads([]);
    const [hidden, gone] = await Promise.allSettled([cluster.one(secret('hidden')), cluster.one(secret('gone'))]);
    expect(hidden).toMatchObject({ status: 'rejected', reason: { failure: 'rejected' } });
    expect(gone).toEqual({ status: 'fulfilled', value: undefined });
  });

  it('reads the same list once for all who ask for it together', async () => {
    const { paths, reads: cluster } = reads(['web']);
    const query = { collection: DEPLOYMENTS, apiVersion: 'apps/v1', kind: 'Deployment' };
    const lists = await Promise.all([cluster.all(query), cluster.all(query)]);
    expect(lists.map((list) => list.objects.length)).toEqual([1, 1]);
    expect(paths).toEqual([DEPLOYMENTS]);
  });
});
