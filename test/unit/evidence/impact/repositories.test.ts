import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readImpact } from '../../../../src/evidence/impact/read-impact.ts';
import { impactOfFixture, scoreAll } from '../../../support/score-evidence.ts';

const folder = fileURLToPath(new URL('../../../fixtures/repositories', import.meta.url));

test('precision and recall on the fixture repositories, through git', async () => {
  const scores = await scoreAll(folder);
  for (const kind of ['services', 'variables', 'migrations'] as const) {
    const of = scores.filter((s) => s.kind === kind);
    const sum = (key: 'right' | 'found' | 'expected') => of.reduce((total, s) => total + s[key], 0);
    const wrong = of.flatMap((s) => [...s.missed.map((m) => `missed ${m}`), ...s.wrong.map((w) => `wrong ${w}`)]);
    expect(sum('right') / sum('found'), wrong.join(', ')).toBeGreaterThanOrEqual(0.95);
    expect(sum('right') / sum('expected'), wrong.join(', ')).toBeGreaterThanOrEqual(0.95);
  }
});

describe('the rest of what the monorepo brings', () => {
  test('alerts, resources, ports and dependencies, with their places', async () => {
    const { impact } = await impactOfFixture(folder, 'node-monorepo');
    expect(impact.monitoring.map((m) => `${m.change} ${m.kind} ${m.name} ${m.severity}`)).toEqual([
      'added alert WalletErrors page',
    ]);
    expect(impact.resources).toEqual([]);
    expect(impact.exposure.map((e) => `${e.change} ${e.text}`)).toEqual([
      'added Deployment deployment.yaml: containerPort 9464',
    ]);
    expect(impact.dependencies.map((d) => `${d.change} ${d.name} ${d.seen.line}`)).toEqual([
      'added stripe 3',
      'changed @prisma/client 3',
    ]);
    expect(impact.environmentVariables.find((v) => v.name === 'STRIPE_WEBHOOK_SECRET')).toEqual({
      name: 'STRIPE_WEBHOOK_SECRET',
      change: 'added',
      services: ['wallet'],
      secret: true,
      required: true,
      buildTime: false,
      seen: [{ file: 'services/wallet/src/http/server.ts', line: 16, side: 'head' }],
    });
    expect(impact.unread).toEqual([]);
  });
});

test('what cannot be read is said', async () => {
  const impact = await readImpact({
    diff: 'diff --git a/a.ts b/a.ts\nBinary files a/a.ts and b/a.ts differ\n',
    filesAtHead: ['a.ts'],
    read: async () => new Map([['a.ts', 'x\0y']]),
    config: { services: {}, shared: [] },
  });
  expect(impact.unread).toContainEqual({ file: 'a.ts', reason: 'it is not text' });
});

test('a variable that a changed file knows on a line that did not change is not new', async () => {
  const texts = new Map([
    ['a.ts', 'const u = process.env.SHOP_URL;\nrun(2);\n'],
    ['b.ts', 'export const v = process.env.SHOP_URL;\n'],
  ]);
  const impact = await readImpact({
    diff: [
      'diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -2 +2 @@\n-run(1);\n+run(2);\n',
      'diff --git a/b.ts b/b.ts\nnew file mode 100644\n--- /dev/null\n+++ b/b.ts\n@@ -0,0 +1 @@\n+export const v = process.env.SHOP_URL;\n',
    ].join(''),
    filesAtHead: ['a.ts', 'b.ts'],
    read: async (side, paths) =>
      new Map(
        paths.flatMap((path) => (side === 'base' && path === 'b.ts' ? [] : [[path, texts.get(path) ?? ''] as const])),
      ),
    mentions: async () => ['a.ts', 'b.ts'],
    config: { services: {}, shared: [] },
  });
  expect(impact.environmentVariables).toEqual([]);
});
