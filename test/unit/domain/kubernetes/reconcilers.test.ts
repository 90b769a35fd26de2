import { describe, expect, it } from 'vitest';
import { reconcilerOf } from '../../../../src/domain/kubernetes/reconcilers.ts';
import type { KubeMetadata, KubeObject } from '../../../../src/ports/cluster.ts';

const object = (metadata: Partial<KubeMetadata>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
});

describe('who else keeps an object as it wants it', () => {
  it.each([
    [
      'Flux Kustomization flux-system/shop',
      {
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'shop',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
      },
    ],
    ['Flux HelmRelease shop', { labels: { 'helm.toolkit.fluxcd.io/name': 'shop' } }],
    [
      'Argo CD Application shop',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' } },
    ],
    ['Argo CD Application shop', { labels: { 'argocd.argoproj.io/instance': 'shop' } }],
    ['Config Sync', { annotations: { 'configmanagement.gke.io/managed': 'enabled' } }],
    [
      'the controller of Shop main',
      { ownerReferences: [{ kind: 'Shop', name: 'main', uid: '1', controller: true } as never] },
    ],
  ])('%s, and it reverts', (name, metadata) => {
    expect(reconcilerOf(object(metadata))).toMatchObject({ name, reverts: true });
  });

  it('Helm writes at its next upgrade only', () => {
    const found = reconcilerOf(object({ annotations: { 'meta.helm.sh/release-name': 'shop' } }));
    expect(found).toMatchObject({ name: 'Helm release shop', reverts: false });
  });

  it('is told by the field managers where there is no mark', () => {
    expect(reconcilerOf(object({}), ['kubectl', 'argocd-controller'])).toMatchObject({
      name: 'Argo CD',
      reverts: true,
    });
    expect(reconcilerOf(object({}), ['kubectl-client-side-apply', 'kube-controller-manager'])).toBeUndefined();
  });

  it('is nobody where people told it to leave the object alone, or where an owner does not control', () => {
    const flux = { 'kustomize.toolkit.fluxcd.io/name': 'shop' };
    const disabled = { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' };
    expect(reconcilerOf(object({ labels: flux, annotations: disabled }))).toBeUndefined();
    expect(reconcilerOf(object({ ownerReferences: [{ kind: 'Shop', name: 'main', uid: '1' }] }))).toBeUndefined();
  });
});
