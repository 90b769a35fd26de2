import { describe, expect, it } from 'vitest';
import { boundDifferences, boundOf } from '../../../../src/domain/binding/bound.ts';
import { DECIDES_NOTHING, RUN_DECIDES_NOTHING } from '../../../../src/domain/binding/deciding.ts';
import { type Config, configSchema } from '../../../../src/plan/config.ts';
import type { Policy } from '../../../../src/plan/policy.ts';
import { runnerSchema } from '../../../../src/plan/runner.ts';

const target = { context: 'shop', namespace: 'shop' };
const service = { paths: ['web/**'] };
const CONFIG: Config = configSchema.parse({
  apiVersion: 'relctl/v1',
  kind: 'Config',
  platform: 'kubernetes',
  environments: { staging: target, production: target },
  services: { web: service, other: service },
});
const KEYS = Object.keys(configSchema.shape);

const bound = (config: Config) =>
  boundOf({ config, policy: {} as Policy, services: ['web'], base: 'c'.repeat(40), objects: {}, programs: {} });
const differences = (config: object) => boundDifferences(bound(CONFIG), bound(config as Config), 'submitted');

describe('what of relctl.yaml is bound', () => {
  it('is all but a short list, each with its reason', () => {
    expect(Object.keys(DECIDES_NOTHING)).toEqual([
      'apiVersion',
      'kind',
      'process',
      'team',
      'protectedBranch',
      'timeZone',
      'shared',
    ]);
    for (const reason of Object.values(DECIDES_NOTHING)) expect(reason).not.toBe('');
    expect(KEYS).toEqual(expect.arrayContaining(Object.keys(DECIDES_NOTHING)));
  });

  // The keys are those of the schema, so that one that is added later is held against this too.
  it.each([...KEYS.filter((key) => !Object.hasOwn(DECIDES_NOTHING, key)), 'a-key-of-next-year'])(
    '%s: another value, at any depth, is another release',
    (key) => {
      const old = (CONFIG as unknown as Readonly<Record<string, unknown>>)[key];
      const others =
        key === 'services' ? [{ web: { ...service, container: 'x' } }] : [{ a: { b: 'x' } }, [{ a: 'x' }], 'x'];
      for (const other of others) {
        expect(differences({ ...CONFIG, [key]: other }), JSON.stringify(other)).not.toEqual([]);
        if (old === undefined) continue;
        const merged = Array.isArray(old) || typeof old !== 'object' ? other : { ...old, ...(other as object) };
        expect(differences({ ...CONFIG, [key]: merged }), JSON.stringify(merged)).not.toEqual([]);
      }
    },
  );

  it.each(Object.keys(DECIDES_NOTHING))('%s may change', (key) => {
    expect(differences({ ...CONFIG, [key]: { a: 'x' } })).toEqual([]);
  });

  it('is of the runner who it is and what it runs, not how long it may take', () => {
    const kubernetes = runnerSchema.parse({
      kubernetes: { image: `registry.example.com/relctl@sha256:${'a'.repeat(64)}`, identity: 'ci@example.com' },
    }).kubernetes;
    const kept = bound({ ...CONFIG, runner: { kubernetes } } as Config);
    const changed = (more: object) =>
      boundDifferences(kept, bound({ ...CONFIG, runner: { kubernetes: { ...kubernetes, ...more } } } as Config), 'x');
    for (const key of Object.keys(kubernetes ?? {})) {
      const differs = !Object.hasOwn(RUN_DECIDES_NOTHING, key);
      expect(changed({ [key]: { a: 'x' } }).length > 0, key).toBe(differs);
    }
    expect(changed({ keyOfNextYear: 'x' })).not.toEqual([]);
  });

  it('is nothing of a service that is not shipped', () => {
    expect(differences({ ...CONFIG, services: { ...CONFIG.services, other: { ...service, container: 'x' } } })).toEqual(
      [],
    );
  });
});

describe('a program that is bound', () => {
  const at = (version: string) => ({ 'program smoke/run.sh': version });
  it.each([
    ['as it was', '100755 aa', '100755 aa', []],
    ['not run any more', '100755 aa', '100644 aa', ['has the mode 100644 in git, and 100755 was submitted']],
    ['run since', '100644 aa', '100755 aa', ['has the mode 100755 in git, and 100644 was submitted']],
    ['another', '100755 aa', '100755 bb', ['is not what was submitted']],
    ['another, with another mode', '100755 aa', '100644 bb', ['is not what was submitted']],
    ['not kept by git any more', '100755 aa', 'aa', ['is not what was submitted']],
    ['submitted with an older relctl', 'aa', '100755 aa', []],
    ['submitted with an older relctl, and another', 'aa', '100755 bb', ['is not what was submitted']],
  ])('%s', (_, before, now, said) => {
    expect(boundDifferences(at(before), at(now), 'submitted')).toEqual(
      said.map((sentence) => `program smoke/run.sh ${sentence}`),
    );
  });
});
