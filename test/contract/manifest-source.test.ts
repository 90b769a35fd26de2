import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.ts';
import { SOURCE_KINDS } from '../../src/adapters/manifests/registry.ts';
import { gitFixture } from '../support/git-fixture.ts';
import { isOnPath } from '../support/prometheus.ts';
import { manifestSourceContract, rendering, type SourceCase } from './manifest-source.contract.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  replicas: 3
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec: { containers: [{ name: api, image: registry.example.com/api:1.0.0 }] }
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: api }
spec: { selector: { app: api }, ports: [{ port: 80 }] }
`;
const settings = (version: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { VERSION: ${version} }\n`;

/** `.ci/run` builds one where there is Go, and says so where there is none. */
const HAS_HELM = isOnPath('helm');

const CASES: readonly SourceCase[] = [
  {
    name: 'files and folders',
    files: (version) => ({ 'k8s/api.yaml': `${DEPLOYMENT}---\n${SERVICE}`, 'k8s/settings.yaml': settings(version) }),
    entry: ['k8s'],
    missing: 'nowhere',
  },
  {
    name: 'kustomize',
    files: (version) => ({
      'base/deployment.yaml': DEPLOYMENT,
      'base/service.yaml': SERVICE,
      'base/kustomization.yaml': 'resources: [deployment.yaml, service.yaml]\n',
      'overlays/production/kustomization.yaml': 'resources: [../../base, settings.yaml]\n',
      'overlays/production/settings.yaml': settings(version),
    }),
    entry: { kustomize: 'overlays/production' },
    missing: { kustomize: 'nowhere' },
    remote: {
      files: { 'base/kustomization.yaml': 'resources: [deployment.yaml, https://example.com/shop/service.yaml]\n' },
      told: /kustomize localize/,
    },
  },
  {
    name: 'command',
    files: (version) => ({
      'tools/render': `#!/bin/sh\ncat k8s/*.yaml\nprintf -- '---\\n'\ncat <<EOF\n${settings(version)}EOF\n`,
      'k8s/api.yaml': `${DEPLOYMENT}---\n${SERVICE}`,
    }),
    entry: { command: ['sh', 'tools/render'] },
    missing: { command: ['nowhere'] },
    random: {
      files: {
        'k8s/api.yaml': DEPLOYMENT,
        'tools/render': `#!/bin/sh\ncat k8s/api.yaml | sed "s/replicas: 3/replicas: $$/"\n`,
      },
      field: 'spec.replicas of Deployment/api',
    },
    remote: {
      files: { 'tools/render': '#!/bin/sh\ngit ls-remote https://example.com/shop.git\n' },
      told: /git|transport|protocol/,
    },
  },
];

const HELM: SourceCase = {
  name: 'helm',
  files: (version) => ({
    'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\n',
    'charts/shop/values.yaml': 'replicas: 3\nversion: none\n',
    'charts/shop/templates/api.yaml': `${DEPLOYMENT.replace('replicas: 3', 'replicas: {{ .Values.replicas }}')}---\n${SERVICE}`,
    'charts/shop/templates/settings.yaml': settings('{{ .Values.version }}'),
    'values/production.yaml': `version: ${version}\n`,
  }),
  entry: {
    helm: 'charts/shop',
    release: 'shop',
    values: ['values/production.yaml'],
    kubeVersion: '1.36',
    apiVersions: [],
  },
  missing: { helm: 'nowhere', release: 'shop', kubeVersion: '1.36' },
  random: {
    files: {
      'charts/shop/templates/settings.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: { name: settings }\nstringData: { PASSWORD: {{ randAlphaNum 12 | quote }} }\n',
    },
    field: 'stringData.PASSWORD of Secret/settings',
  },
  remote: {
    files: {
      'charts/shop/Chart.yaml':
        'apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies: [{ name: redis, version: 1.0.0, repository: "https://example.com/charts" }]\n',
    },
    told: /helm dependency build/,
  },
};

for (const one of CASES) manifestSourceContract(one);
if (HAS_HELM) manifestSourceContract(HELM);
else describe('manifest source: helm', () => test.skip('no helm on this machine', () => undefined));

describe('a source of manifests', () => {
  /** A renderer that prints one Pod, whose name ends in the id of its process. */
  const drawn = (hook: string) => ({
    'k8s/pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: { name: shop-test-PID, annotations: { "helm.sh/hook": "${hook}" } }\n`,
    'k8s/api.yaml': DEPLOYMENT,
    'tools/render': '#!/bin/sh\ncat k8s/api.yaml; echo ---; sed "s/PID/$$/" k8s/pod.yaml\n',
  });

  test('a test of a chart whose name is drawn each time is left out', async () => {
    const git = gitFixture();
    const commit = git.commit(drawn('test-success'));
    const source = createManifestSource(await openRepository(git.root));
    const objects = await rendering(source, commit, { command: ['sh', 'tools/render'] });
    expect(objects.map(({ object }) => object.kind)).toEqual(['Deployment']);
  });

  test('a hook that a release would run may not have a name that is drawn', async () => {
    const git = gitFixture();
    const commit = git.commit(drawn('pre-upgrade,test'));
    const source = createManifestSource(await openRepository(git.root));
    await expect(rendering(source, commit, { command: ['sh', 'tools/render'] })).rejects.toMatchObject({
      code: 'manifests.unstable',
    });
  });

  test('what stands twice in the same words is one object; what differs stays, to be refused', async () => {
    const git = gitFixture();
    const commit = git.commit({ 'k8s/all.yaml': [SERVICE, SERVICE, settings('1'), settings('2')].join('---\n') });
    const source = createManifestSource(await openRepository(git.root));
    const objects = await rendering(source, commit, ['k8s/all.yaml']);
    expect(objects.map(({ object }) => object.kind)).toEqual(['Service', 'ConfigMap', 'ConfigMap']);
  });

  test('for a file that the commit does not have, the one beside it that is called much like it is named', async () => {
    const git = gitFixture();
    const commit = git.commit({ 'k8s/java25-shop.yaml': SERVICE, 'k8s/other.yaml': SERVICE });
    const source = createManifestSource(await openRepository(git.root));
    await expect(rendering(source, commit, ['k8s/java21-shop.yaml'])).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/it has k8s\/java25-shop\.yaml$/),
      hints: expect.arrayContaining(['name k8s/java25-shop.yaml instead of k8s/java21-shop.yaml in relctl.yaml']),
    });
  });

  test('renders a commit once, however often it is asked', async () => {
    const git = gitFixture();
    const commit = git.commit({ 'k8s/settings.yaml': settings('1') });
    let asked = 0;
    const counting = {
      settings: z.strictObject({}),
      renders: false,
      objects: async () => {
        asked += 1;
        return [];
      },
    };
    const source = createManifestSource(await openRepository(git.root), { ...SOURCE_KINDS, counting });
    await Promise.all([
      rendering(source, commit, { source: 'counting' }),
      rendering(source, commit, { source: 'counting' }),
    ]);
    await rendering(source, commit, { source: 'counting' });
    expect(asked).toBe(1);
    git.remove();
  });

  test('that is not in the registry is refused, and one that is added is asked', async () => {
    const git = gitFixture();
    const commit = git.commit({ 'k8s/settings.yaml': settings('1') });
    const jsonnet = {
      settings: z.strictObject({ file: z.string() }),
      renders: false,
      objects: async ({ file }: { file: string }) => [
        { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: file } }, from: file },
      ],
    };
    const repository = await openRepository(git.root);
    const entry = { source: 'jsonnet', file: 'shop' };
    await expect(rendering(createManifestSource(repository), commit, entry)).rejects.toMatchObject({
      code: 'config.invalid',
      hints: ['known sources: files, kustomize, helm, command'],
    });
    const added = createManifestSource(repository, { ...SOURCE_KINDS, jsonnet });
    expect(await rendering(added, commit, entry)).toMatchObject([{ object: { metadata: { name: 'shop' } } }]);
    await expect(rendering(added, commit, { source: 'jsonnet', file: 3 })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('jsonnet.file'),
    });
    git.remove();
  });

  test('never brings in a file of this machine through a symbolic link of the commit', async () => {
    const git = gitFixture();
    git.commit({ 'k8s/kustomization.yaml': 'configMapGenerator: [{ name: x, files: [leak] }]\n' });
    symlinkSync('/etc/hostname', join(git.root, 'k8s/leak'));
    git.git('add', 'k8s/leak');
    git.git('commit', '--quiet', '-m', 'leak');
    const commit = git.git('rev-parse', 'HEAD');
    const source = createManifestSource(await openRepository(git.root));
    await expect(rendering(source, commit, { kustomize: 'k8s' })).rejects.toMatchObject({ code: 'manifests.failed' });
    git.remove();
  });
});
