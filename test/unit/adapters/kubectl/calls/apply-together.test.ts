import { describe, expect, it } from 'vitest';
import { createApplyTogether } from '../../../../../src/adapters/kubectl/calls/apply-together.ts';
import { RequestFailure } from '../../../../../src/adapters/kubectl/failure.ts';
import type { KubeObject } from '../../../../../src/ports/cluster.ts';

const configMap = (name: string, value = '1'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { value },
});

/** A kubectl that answers each list with it, in the opposite order; or fails. */
function applier(failure?: RequestFailure) {
  const lists: (readonly KubeObject[])[] = [];
  const run = async (_args: readonly string[], input = '') => {
    const list = JSON.parse(input) as { items: KubeObject[] };
    lists.push(list.items);
    if (failure !== undefined) throw failure;
    return JSON.stringify({ ...list, items: [...list.items].reverse() });
  };
  return { lists, apply: createApplyTogether({ run }, ['apply']) };
}

describe('createApplyTogether', () => {
  it('leaves an object alone that has no company', async () => {
    const { lists, apply } = applier();
    expect(await apply(configMap('a'))).toBe('alone');
    expect(lists).toEqual([]);
  });

  it('sends those of one moment as one list, and gives each its own', async () => {
    const { lists, apply } = applier();
    const objects = ['a', 'b', 'c'].map((name) => configMap(name));
    expect(await Promise.all(objects.map(apply))).toEqual(objects);
    expect(lists).toEqual([objects]);
  });

  it('never puts one object into a list twice', async () => {
    const { lists, apply } = applier();
    const sent = [configMap('a', '1'), configMap('b'), configMap('a', '2')];
    expect(await Promise.all(sent.map(apply))).toEqual([sent[0], sent[1], 'alone']);
    expect(lists).toEqual([[sent[0], sent[1]]]);
  });

  it('does not guess which were written when one was refused', async () => {
    const { apply } = applier(new RequestFailure('conflict', 'the object has been modified'));
    expect(await Promise.all([configMap('a'), configMap('b')].map(apply))).toEqual(['refused', 'refused']);
  });

  it('says so when kubectl did not end', async () => {
    const { apply } = applier(new RequestFailure('unknown', 'no answer within 30 s'));
    const settled = await Promise.allSettled([configMap('a'), configMap('b')].map(apply));
    expect(settled).toMatchObject(settled.map(() => ({ status: 'rejected', reason: { failure: 'unknown' } })));
  });
});
