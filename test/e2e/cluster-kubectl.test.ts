import { afterAll, beforeAll } from 'vitest';
import { createKubectlCluster } from '../../src/adapters/kubectl/cluster.ts';
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

clusterContract('kubectl and a real API server', {
  async create() {
    await plane.createNamespace('contract');
    return {
      cluster: createKubectlCluster({
        kubeconfig: plane.kubeconfig,
        context: plane.name,
        namespace: 'contract',
      }),
      settle: () => new Promise((resolve) => setTimeout(resolve, 200)),
    };
  },
});
