import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeApplied } from '../../../src/adapters/sandbox/merge.ts';
import { boundDifferences } from '../../../src/domain/binding/bound.ts';
import { differingFields } from '../../../src/domain/kubernetes/differing-fields.ts';
import { matchesSelector } from '../../../src/domain/kubernetes/label-selector.ts';
import { movedImages } from '../../../src/domain/kubernetes/running-images.ts';
import { yamlFileVariables } from '../../../src/evidence/impact/variables/yaml.ts';
import type { KubeObject } from '../../../src/ports/cluster.ts';
import { byName, ownOf } from '../../../src/text/by-name.ts';

/** What every object of JavaScript has by itself, and names that people may give. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'];

const withLabels = (labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', labels },
});
/** A record in which a name is a key like any other. */
const record = <T>(name: string, value: T): Record<string, T> => Object.fromEntries([[name, value]]);

describe.each(INHERITED)('what is called %s', (name) => {
  it('is in a table only when somebody put it there', () => {
    expect(byName<string>()[name]).toBeUndefined();
    expect(byName(record(name, 'x'))[name]).toBe('x');
    expect(ownOf<string>({}, name)).toBeUndefined();
    expect(ownOf(record(name, 'x'), name)).toBe('x');
  });

  it('is a field like any other where objects are compared and merged', () => {
    const [without, withIt] = [withLabels({ a: 'b' }), withLabels({ a: 'b', ...record(name, 'x') })];
    expect(differingFields(withIt, without)).toEqual([`metadata.labels.${name} is "x", and was not set`]);
    expect(differingFields(without, withIt)).toEqual([`metadata.labels.${name} is not set, and was "x"`]);
    const merged = mergeApplied({ data: { a: 'b' } }, undefined, { data: record(name, 'x') }) as { data: object };
    expect(Object.entries(merged.data)).toEqual([
      ['a', 'b'],
      [name, 'x'],
    ]);
    const back = mergeApplied(merged, { data: record(name, 'x') }, { data: {} }) as { data: object };
    expect(Object.entries(back.data)).toEqual([['a', 'b']]);
  });

  it('is an image, a file or a label that is not there', () => {
    expect(movedImages({}, record(name, ['sha256:a']))).toEqual([]);
    expect(movedImages(record(name, ['sha256:a']), record(name, ['sha256:b']))).toHaveLength(1);
    expect(boundDifferences(record(name, 'sha256:a'), {}, 'since then')).toHaveLength(1);
    expect(matchesSelector({ matchExpressions: [{ key: name, operator: 'Exists' }] }, {})).toBe(false);
  });

  it('is found as a variable of a manifest, and as its kind breaks nothing', () => {
    const workload = (kind: string) =>
      `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          env:\n            - name: ${name}\n              value: x\n`;
    expect(yamlFileVariables(workload('Deployment'), 'deploy/web.yaml').map((use) => use.name)).toEqual([name]);
    expect(() => yamlFileVariables(workload(name), 'deploy/web.yaml')).not.toThrow();
  });
});

it('every table that is looked up by a string holds its own names only', () => {
  const folder = new URL('../../../src/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const plain = files.flatMap((file) =>
    [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(
        /^(?:export )?const (\w+): (?:Readonly<)?(?:Partial<)?Record<string,[^=]*> = \{/gm,
      ),
    ].map(([, table]) => `${file}: ${table}`),
  );
  expect(plain).toEqual([]);
});
