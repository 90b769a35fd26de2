import { expect, it } from 'vitest';
import type { KubeObject } from '../../../../../src/ports/cluster.ts';
import { servedPodsFindings } from '../../../../../src/usecases/planning/check/served-pods.ts';
import { samplePlan } from '../../../../support/sample-plan.ts';

const web = (container: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } } },
});

it('warns at the service whose production manifests lose requests', async () => {
  const plan = samplePlan();
  const [bare, worker] = [web({ name: 'web', ports: [{ containerPort: 8080 }] }), web({ name: 'web' })];
  const read = { container: undefined, file: undefined, image: undefined, replicas: 3 };
  const manifests = {
    of: async (environment: string, name: string) => {
      const workload = environment === 'production' && name === plan.spec.services[1]?.name ? bare : worker;
      return { objects: [workload], workload, ...read };
    },
  };
  const found = await servedPodsFindings(plan, manifests);
  expect(found.map(({ code, severity, path }) => `${severity} ${code} ${path.join('/')}`)).toEqual([
    'warning rollout.no-readiness spec/services/1/name',
    'warning rollout.no-pre-stop spec/services/1/name',
  ]);
});
