import { afterAll, beforeAll } from 'vitest';
import { createKubectlCluster } from '../../src/adapters/kubectl/cluster.ts';
import { findAssets, minorVersion } from '../cluster/assets.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type Kubelet, startKubelet } from '../cluster/kubelet.ts';
import { clusterContract } from '../contract/cluster.contract.ts';

let plane: ControlPlane;
let kubelet: Kubelet;
beforeAll(async () => {
  plane = await startControlPlane({ name: 'production' });
  kubelet = await startKubelet(plane);
});
afterAll(async () => {
  await kubelet?.stop();
  await plane?.stop();
});

for (const by of ['connection', 'single-calls'] as const) {
  clusterContract(`kubectl and a real API server, by ${by}`, {
    async create() {
      const namespace = `contract-${by}`;
      await plane.createNamespace(namespace);
      const cluster = createKubectlCluster({
        kubeconfig: plane.kubeconfig,
        context: plane.name,
        namespace,
        by,
        onFallback: (why) => {
          throw new Error(`no connection: ${why}`);
        },
      });
      return {
        cluster,
        minor: minorVersion(findAssets()['kube-apiserver']),
        settle: () => new Promise((resolve) => setTimeout(resolve, 200)),
        dispose: async () => cluster.end(),
      };
    },
  });
}
