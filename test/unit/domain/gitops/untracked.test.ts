import { expect, it } from 'vitest';
import { untracked } from '../../../../src/domain/gitops/untracked.ts';
import { canaryDeployment } from '../../../../src/domain/kubernetes/manifests.ts';
import { reconcilerOf } from '../../../../src/domain/kubernetes/reconcilers.ts';

/** Marks that Flux, Argo CD and Helm leave at what they keep, each by its documentation. */
const MARKS = {
  labels: {
    'kustomize.toolkit.fluxcd.io/name': 'shop',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    'helm.toolkit.fluxcd.io/name': 'shop',
    'argocd.argoproj.io/instance': 'shop',
    'app.kubernetes.io/instance': 'shop',
  },
  annotations: {
    'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web',
    'meta.helm.sh/release-name': 'shop',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
  },
};

it('a canary of what a reconciler keeps is kept by nobody, and its pods are labelled as ever', () => {
  const labels = { app: 'web', 'app.kubernetes.io/instance': 'shop' };
  const kept = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      labels: { ...MARKS.labels, team: 'shop' },
      annotations: { ...MARKS.annotations, owner: 'olga' },
    },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } },
  };
  expect(reconcilerOf(kept)).toBeDefined();
  const canary = canaryDeployment(untracked(kept), 1, 'r-1');
  expect(reconcilerOf(canary)).toBeUndefined();
  expect(canary.metadata.labels).toEqual({ team: 'shop', track: 'canary', 'relctl.dev/release': 'r-1' });
  expect(canary.metadata.annotations).toEqual({ owner: 'olga' });
  expect(canary.spec).toMatchObject({ template: { metadata: { labels: { ...labels, track: 'canary' } } } });
});
