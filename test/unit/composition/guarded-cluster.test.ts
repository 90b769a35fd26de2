import { expect, it } from 'vitest';
import { createKubectlCluster } from '../../../src/adapters/kubectl/cluster.ts';
import { guardedCluster } from '../../../src/composition/programs.ts';

it('a cluster whose kubeconfig the repository names starts nothing before that is allowed, whatever it is asked', () => {
  const cluster = createKubectlCluster({ context: 'production', namespace: 'shop' });
  const guarded = guardedCluster(cluster, { allow: async () => undefined });
  const asks = (Object.keys(cluster) as (keyof typeof cluster)[]).filter((key) => typeof cluster[key] === 'function');
  expect(asks.length).toBeGreaterThan(15);
  // These start no program.
  expect(asks.filter((key) => guarded[key] === cluster[key]).sort()).toEqual(['end', 'managersOf']);
});
