import { expect, test } from 'vitest';
import { parseDiff } from '../../../../src/evidence/impact/diff.ts';
import { affectedServices, readOwnership } from '../../../../src/evidence/impact/ownership.ts';
import { roleOf } from '../../../../src/evidence/impact/paths.ts';

const manifests = (...paths: [string, ...string[]]) => ({ staging: paths, production: paths });
const ownership = readOwnership({
  services: {
    web: { paths: ['apps/web'], dependsOn: [], manifests: manifests('k8s/web.yaml') },
    api: { paths: ['apps/api/**', 'apps/web/proto/*.proto'], dependsOn: ['web'], manifests: manifests('apps/api/k8s') },
    batch: { paths: ['./apps/batch/'], dependsOn: [], manifests: manifests('k8s/batch[1].yaml') },
  },
  shared: [{ name: 'lib', paths: ['packages/lib/**'], usedBy: ['web', 'batch'] }],
});
const diffOf = (...paths: string[]) =>
  parseDiff(paths.map((p) => `diff --git a/${p} b/${p}\n--- a/${p}\n+++ b/${p}\n@@ -3 +4 @@\n-a\n+b\n`).join(''));
const affected = (...paths: string[]) => affectedServices(diffOf(...paths), ownership);

test.each([
  ['apps/web/src/a.ts', ['web']],
  ['apps/web/.env.example', ['web']],
  ['apps/website/a.ts', []],
  ['apps/web/proto/x.proto', ['web', 'api']],
  ['apps/batch/a.ts', ['batch']],
  ['packages/lib/a.ts', ['web', 'batch']],
  ['k8s/web.yaml', ['web']],
  ['k8s/batch[1].yaml', ['batch']],
  ['k8s/batch1.yaml', []],
  ['apps/api/k8s/prod/d.yaml', ['api']],
  ['package.json', []],
])('%s belongs to %j', (path, services) => expect(ownership.servicesOf(path)).toEqual(services));

test('a service is affected by its own code, by shared code and by its manifest, and the strongest reason is told', () => {
  const { services } = affected('k8s/web.yaml', 'packages/lib/a.ts', 'apps/web/a.ts', 'apps/api/k8s/d.yaml');
  expect(services.map((s) => [s.name, s.because, s.through, s.files.length, s.seen.file, s.seen.line])).toEqual([
    ['web', 'direct', undefined, 3, 'apps/web/a.ts', 4],
    ['batch', 'shared', 'lib', 1, 'packages/lib/a.ts', 4],
    ['api', 'manifest', undefined, 1, 'apps/api/k8s/d.yaml', 4],
  ]);
});

test('tests and documents affect nothing, but are told; what depends on a service in deployment order is not affected by it', () => {
  expect(affected('apps/web/a.test.ts', 'apps/web/README.md')).toMatchObject({
    services: [],
    untouchedServices: ['web'],
  });
  expect(affected('apps/web/a.ts').services.map((s) => s.name)).toEqual(['web']);
});

test('product files of no service are named, for a person to decide', () => {
  expect(affected('infra/x.tf', 'README.md', '.github/workflows/ci.yml').unmappedFiles).toEqual(['infra/x.tf']);
});

test('a file that moves between services affects both', () => {
  const moved = parseDiff(
    'diff --git a/apps/web/a.ts b/apps/batch/a.ts\nsimilarity index 100%\nrename from apps/web/a.ts\nrename to apps/batch/a.ts\n',
  );
  expect(affectedServices(moved, ownership).services.map((s) => s.name)).toEqual(['batch', 'web']);
});

test.each([
  ['src/main.ts', 'product'],
  ['src/main/java/com/example/A.java', 'product'],
  ['db/changelog.xml', 'product'],
  ['requirements.txt', 'product'],
  ['templates/a.html', 'product'],
  ['yarn.lock', 'foreign'],
  ['vendor/x/a.go', 'foreign'],
  ['a.min.js', 'foreign'],
  ['src/a.test.ts', 'test'],
  ['src/test/java/A.java', 'test'],
  ['pkg/a_test.go', 'test'],
  ['app/tests.py', 'product'],
  ['spec/models/a_spec.rb', 'test'],
  ['.env.test', 'test'],
  ['docs/a.yaml', 'document'],
  ['packages/web/docs/a.ts', 'document'],
  ['apps/docs/src/page.tsx', 'product'],
  ['CHANGELOG.md', 'document'],
  ['.github/workflows/a.yml', 'ci'],
  ['.goreleaser.yaml', 'ci'],
  ['tools/TestSuite/docker-compose.yml', 'test'],
  ['latest-suites/a.ts', 'product'],
  ['e2e-playwright/Dockerfile', 'test'],
  ['latest/a.ts', 'product'],
  ['Shop.Tests/compose.yml', 'test'],
  ['src/Shop.IntegrationTests/Dockerfile', 'test'],
  ['unittests/scans/app.yaml', 'test'],
  ['regtests/Dockerfile', 'test'],
  ['scripts/e2e-cluster-setup.sh', 'test'],
  ['a-b-test/main.go', 'product'],
  ['Shop.Contests/Program.cs', 'product'],
  ['site/content/guides/flink/compose.yml', 'document'],
  ['plugins/spark/getting-started/compose.yml', 'document'],
  ['.mvn/settings.rb', 'ci'],
  ['.deploy/k8s/web.yaml', 'product'],
  ['.k8s/web.yaml', 'product'],
])('%s is %s', (path, role) => expect(roleOf(path)).toBe(role));
