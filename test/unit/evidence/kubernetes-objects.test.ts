import { expect, test } from 'vitest';
import { namespacesIn, readKubernetesObjects } from '../../../src/evidence/kubernetes-objects.ts';
import { trafficOf } from '../../../src/evidence/service-discovery/traffic.ts';

test('labels and annotations with nothing behind them are absent, as they are to Kubernetes', () => {
  const text =
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n  labels:\nspec: {}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n';
  const objects = readKubernetesObjects(text, 'web.yaml');
  expect(objects.map(({ metadata }) => metadata)).toEqual([{ name: 'web' }, { name: 'web' }]);
  expect(trafficOf('web', objects)).toEqual({});
});

test.each([
  ['lines', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n'],
  ['a flow collection', 'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\n'],
  ['JSON', '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}}'],
  ['a template', 'kind: Service\nmetadata:\n  name: {{ .Values.name }}\n  namespace: shop\n'],
])('the namespace of an object is read from %s', (_form, text) => {
  expect(namespacesIn(text, 'web.yaml')).toEqual(['shop']);
});

test('what no namespace may be called is none: somebody fills it in', () => {
  const text = 'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: PLACEHOLDER_NAMESPACE }\n';
  expect(namespacesIn(text, 'web.yaml')).toEqual([]);
});

test('the definitions of an operator are read, which have more keys than any plan', () => {
  const properties = Array.from({ length: 10_000 }, (_, i) => `    p${i}: { type: string }\n`).join('');
  const crd = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: xs.example.com }\nspec:\n  properties:\n${properties}`;
  expect(readKubernetesObjects(crd, 'crd.yaml')).toHaveLength(1);
});

test('the tags of YAML’s own types are read, and no others', () => {
  const port = (value: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata:\n  PORT: ${value}\n`;
  expect(readKubernetesObjects(port('!!str 8080'), 'web.yaml')[0]?.data).toEqual({ PORT: '8080' });
  expect(() => readKubernetesObjects(port('!Ref Port'), 'web.yaml')).toThrow(/a tag \(!\) is not allowed/);
  expect(() => readKubernetesObjects(port('!!binary aGk='), 'web.yaml')).toThrow(/a tag/);
});
