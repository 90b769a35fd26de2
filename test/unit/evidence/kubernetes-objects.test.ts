import { expect, test } from 'vitest';
import { readKubernetesObjects } from '../../../src/evidence/kubernetes-objects.ts';
import { trafficOf } from '../../../src/evidence/service-discovery/traffic.ts';

test('labels and annotations with nothing behind them are absent, as they are to Kubernetes', () => {
  const text =
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n  labels:\nspec: {}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n';
  const objects = readKubernetesObjects(text, 'web.yaml');
  expect(objects.map(({ metadata }) => metadata)).toEqual([{ name: 'web' }, { name: 'web' }]);
  expect(trafficOf('web', objects)).toEqual({});
});
