import { describe, expect, it } from 'vitest';
import {
  applicationKind,
  applicationNamed,
  applicationObject,
  applicationRef,
  applicationText,
  isKeeper,
  keeperTitle,
} from '../../../../src/domain/gitops/application.ts';
import { reconcilerOf } from '../../../../src/domain/kubernetes/reconcilers.ts';
import type { GitOpsSettings } from '../../../../src/plan/gitops.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const C = 'c'.repeat(40);
const settings = (application: string): GitOpsSettings => ({
  repository: 'https://git.example/fleet',
  branch: 'main',
  path: 'apps/shop',
  via: 'push',
  application,
  timeout: '15m',
});

function live(spec: object, status: object, generation = 3): KubeObject {
  return { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'shop', generation }, spec, status };
}

describe('a Kustomization of Flux', () => {
  const ref = applicationRef(settings('Kustomization/flux-system/shop'));
  const kind = applicationKind(ref);
  const status = (ready: object, more = {}) => ({
    observedGeneration: 3,
    lastAppliedRevision: `main@sha1:${C}`,
    lastAttemptedRevision: `main@sha1:${C}`,
    conditions: [{ type: 'Ready', observedGeneration: 3, ...ready }],
    ...more,
  });

  it('is named as what it keeps is', () => {
    expect(applicationText(ref)).toBe('Kustomization flux-system/shop');
    expect(applicationObject(ref)).toEqual({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      name: 'shop',
    });
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'shop',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    };
    const kept = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels } };
    expect(reconcilerOf(kept)?.name).toBe(keeperTitle(ref));
  });

  it('is ready at a commit when the status is of this generation', () => {
    expect(kind.syncOf(live({}, status({ status: 'True', reason: 'ReconciliationSucceeded' })))).toEqual({
      state: 'ready',
      revision: C,
      attempted: C,
      detail: 'ReconciliationSucceeded',
    });
    expect(kind.syncOf(live({}, status({ status: 'True' }), 4)).state).toBe('progressing');
    expect(kind.syncOf(live({}, status({ status: 'True', observedGeneration: 2 }))).state).toBe('progressing');
  });

  it('says why it could not apply', () => {
    expect(
      kind.syncOf(live({}, status({ status: 'False', reason: 'BuildFailed', message: 'no such file' }))),
    ).toMatchObject({
      state: 'failed',
      detail: 'BuildFailed: no such file',
    });
    expect(kind.syncOf(live({}, {}))).toEqual({ state: 'progressing', detail: 'no status yet' });
  });

  it('tells what relctl.yaml would say', () => {
    const kustomization = live({ path: './apps/shop', sourceRef: { kind: 'GitRepository', name: 'fleet' } }, {});
    expect(kind.sourceRef(kustomization, ref)).toEqual({
      namespace: 'flux-system',
      object: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'fleet' },
    });
    const url = 'ssh://git@git.example/fleet';
    const of = (spec: object) => kind.settingsOf(kustomization, live(spec, {}));
    expect(of({ url, ref: { branch: 'prod' } })).toEqual({ repository: url, branch: 'prod', path: 'apps/shop' });
    expect(of({ url })).toEqual({ repository: url, branch: 'master', path: 'apps/shop' });
    expect(of({ url, ref: { tag: 'v1' } })).toEqual({ repository: url, path: 'apps/shop' });
    expect(applicationNamed(keeperTitle(ref))).toBe('Kustomization/flux-system/shop');
  });

  it('that is suspended, or applies another folder, would not bring a commit', () => {
    const of = (spec: object) => kind.obstacle(live(spec, {}), settings('Kustomization/flux-system/shop'), ref);
    expect(of({ path: './apps/shop/' })).toBeUndefined();
    expect(of({ path: './apps' })?.problem).toBe('applies ./apps, and relctl.yaml names apps/shop');
    expect(of({ path: './apps/shop', suspend: true })).toEqual({
      problem: 'is suspended: it applies no commit',
      fix: 'flux -n flux-system resume kustomization shop',
    });
  });
});

describe('an Application of Argo CD', () => {
  const ref = applicationRef(settings('Application/argocd/shop'));
  const kind = applicationKind(ref);

  it('is named as what it keeps is', () => {
    const annotations = { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' };
    const kept = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations } };
    expect(isKeeper(reconcilerOf(kept)?.name, keeperTitle(ref))).toBe(true);
  });

  it('is known by the label that version 2 tracks by, at what it has written itself', () => {
    const metadata = { name: 'web', labels: { 'app.kubernetes.io/instance': 'shop' } };
    const kept = { apiVersion: 'apps/v1', kind: 'Deployment', metadata };
    expect(isKeeper(reconcilerOf(kept, ['argocd-controller'])?.name, keeperTitle(ref))).toBe(true);
    expect(reconcilerOf(kept, ['helm'])).toBeUndefined();
  });

  it('is told from one of the same name in another namespace, which its mark names', () => {
    const annotations = { 'argocd.argoproj.io/tracking-id': 'team-a_shop:apps/Deployment:shop/web' };
    const kept = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations } };
    const found = reconcilerOf(kept)?.name;
    expect(found).toBe('Argo CD Application team-a/shop');
    expect(applicationNamed(found ?? '')).toBe('Application/team-a/shop');
    expect(isKeeper(found, keeperTitle(ref))).toBe(false);
    expect(isKeeper(found, keeperTitle(applicationRef(settings('Application/team-a/shop'))))).toBe(true);
  });

  it.each([
    ['ready', { sync: { status: 'Synced', revision: C }, health: { status: 'Healthy' } }],
    ['progressing', { sync: { status: 'Synced', revision: C }, health: { status: 'Progressing' } }],
    ['progressing', { sync: { status: 'OutOfSync', revision: C }, health: { status: 'Healthy' } }],
    [
      'failed',
      { sync: { status: 'OutOfSync', revision: C }, operationState: { phase: 'Failed', syncResult: { revision: C } } },
    ],
  ])('is %s with %j', (state, status) => {
    expect(kind.syncOf(live({}, status)).state).toBe(state);
  });

  it('tells what relctl.yaml would say', () => {
    const source = { repoURL: 'https://git.example/fleet', path: 'apps/shop/', targetRevision: 'HEAD' };
    expect(kind.settingsOf(live({ source }, {}), undefined)).toEqual({ repository: source.repoURL, path: 'apps/shop' });
    expect(applicationNamed('Argo CD Application shop')).toBe('Application/argocd/shop');
    expect(applicationNamed('Flux HelmRelease apps/shop')).toBeUndefined();
    expect(applicationNamed('the controller of Database db')).toBeUndefined();
  });

  it('of several sources cannot be followed', () => {
    const of = (spec: object) => kind.obstacle(live(spec, {}), settings('Application/argocd/shop'), ref);
    expect(of({ source: { path: 'apps/shop' }, syncPolicy: { automated: {} } })).toBeUndefined();
    expect(of({ sources: [{ path: 'apps/shop' }, { chart: 'redis' }] })?.problem).toContain('several sources');
  });

  it.each([
    ['nobody', {}, 'somebody asks for it'],
    ['nobody, switched off', { syncPolicy: { automated: { enabled: false } } }, 'somebody asks for it'],
    ['a hydrator', { sourceHydrator: {}, source: undefined, syncPolicy: { automated: {} } }, 'hydrated'],
    ['a registry of charts', { source: { chart: 'shop' }, syncPolicy: { automated: {} } }, 'the chart shop'],
  ])('brings no commit where what syncs it is %s', (_what, spec, problem) => {
    const app = live({ source: { path: 'apps/shop' }, ...spec }, {});
    expect(kind.obstacle(app, settings('Application/argocd/shop'), ref)?.problem).toContain(problem);
  });
});

it.each([
  ['Kustomization/flux-system/shop', { images: [{ name: 'r.example.com:5000/web', newTag: '2' }, { name: 'redis' }] }],
  [
    'Application/argocd/shop',
    { source: { kustomize: { images: ['r.example.com:5000/web=r.example.com/web:2', 'redis@sha256:00'] } } },
  ],
])('%s says which images it sets over what is committed', (application, spec) => {
  const { images } = applicationKind(applicationRef(settings(application)));
  expect(images?.of(live(spec, {}))).toEqual(['r.example.com:5000/web', 'redis']);
  expect(images?.of(live({}, {}))).toEqual([]);
});
