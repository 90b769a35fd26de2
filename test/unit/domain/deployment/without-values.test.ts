import { describe, expect, it } from 'vitest';
import { withoutValues } from '../../../../src/domain/deployment/without-values.ts';

const snapshot = (value: string, salt: string) => ({
  target: 'production',
  salt,
  objects: [
    {
      kind: 'Deployment',
      name: 'web',
      object: {
        spec: {
          containers: [{ name: 'web', image: 'r/web:1', env: [{ name: 'DB', value }], args: ['--password', value] }],
        },
      },
    },
    {
      kind: 'ConfigMap',
      name: 'settings',
      object: { data: { url: value }, metadata: { annotations: { 'last-applied': value } } },
    },
  ],
});

describe('withoutValues', () => {
  it('keeps names, and a digest in place of every value that may be a secret', () => {
    const text = JSON.stringify(withoutValues(snapshot('hunter2', 'salt')));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('"salt"');
    for (const name of ['DB', 'url', 'web', 'r/web:1', 'last-applied']) expect(text).toContain(name);
    expect(text.match(/sha256:/g)).toHaveLength(5);
  });

  it('tells whether two values are the same, under one salt and under no other', () => {
    const under = (value: string, salt: string) => JSON.stringify(withoutValues(snapshot(value, salt)));
    expect(under('a', '1')).toBe(under('a', '1'));
    expect(under('a', '1')).not.toBe(under('b', '1'));
    expect(under('a', '1')).not.toBe(under('a', '2'));
  });
});
