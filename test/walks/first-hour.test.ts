import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Product {
  readonly name: string;
  readonly clone: string;
  readonly truth: object;
}
const script = async (name: string): Promise<unknown> =>
  await import(String(new URL(`../../scripts/first-hour/${name}.js`, import.meta.url)));

test('the first hour on small repositories: each command ends as it should, and what is there is found and no more', async () => {
  const { fixtureProducts } = (await script('fixtures')) as { fixtureProducts(room: string): readonly Product[] };
  const { tryProduct } = (await script('try-product')) as {
    tryProduct(name: string, clone: string, truth: object): object;
  };
  const room = mkdtempSync(join(tmpdir(), 'relctl-first-hour-test-'));
  try {
    const all = { missed: [], wrong: [] };
    // The others are rendered with helm, or say nothing more.
    for (const { name, clone, truth } of fixtureProducts(room).filter((one) => /^(django|rails)$/.test(one.name)))
      expect(tryProduct(name, clone, truth), name).toMatchObject({
        ends: { init: 'done', plan: 'done', check: '2 plan.incomplete', rehearse: '1 gate.refused' },
        services: all,
        variables: all,
        migrations: all,
      });
  } finally {
    rmSync(room, { recursive: true });
  }
});
