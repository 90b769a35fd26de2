import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stableDiff } from '../../../../src/adapters/kubectl/diff-text.ts';

describe('stableDiff', () => {
  it('keeps what differs and drops what changes from run to run', () => {
    const output = [
      'diff -u -N /tmp/LIVE-3198704229/v1.ConfigMap.shop.cm1 /tmp/MERGED-2759974481/v1.ConfigMap.shop.cm1',
      '--- /tmp/LIVE-3198704229/v1.ConfigMap.shop.cm1\t2026-11-24 06:49:59.955178962 +0000',
      '+++ /tmp/MERGED-2759974481/v1.ConfigMap.shop.cm1\t2026-11-24 06:49:59.955178962 +0000',
      '@@ -1,6 +1,6 @@',
      ' data:',
      '-  a: "1"',
      '+  a: "2"',
      '--- a line of the data that looks like a header',
      '',
    ].join('\n');
    expect(stableDiff(output)).toBe(
      [
        '--- live/v1.ConfigMap.shop.cm1',
        '+++ planned/v1.ConfigMap.shop.cm1',
        '@@ -1,6 +1,6 @@',
        ' data:',
        '-  a: "1"',
        '+  a: "2"',
        '--- a line of the data that looks like a header',
        '',
      ].join('\n'),
    );
  });

  const secret = (lines: readonly string[]) =>
    stableDiff(
      ['--- /tmp/LIVE-1/v1.Secret.shop.s\t2026', '+++ /tmp/MERGED-2/v1.Secret.shop.s\t2026', ...lines].join('\n'),
    );

  it('hides the values of a Secret and shows which keys change', () => {
    const shown = secret([
      '@@ -1,6 +1,7 @@',
      ' apiVersion: v1',
      ' data:',
      '-  name: aHVudGVyMg==',
      '+  name: aHVudGVyMw==',
      '   other: c2FtZQ==',
      ' kind: Secret',
      ' metadata:',
      '   annotations:',
      '     kubectl.kubernetes.io/last-applied-configuration: |',
      '       {"apiVersion":"v1","data":{"name":"aHVudGVyMg=="}}',
      '   name: s',
    ]);
    expect(shown.split('\n').slice(2)).toEqual([
      '@@ -1,6 +1,7 @@',
      ' apiVersion: v1',
      ' data:',
      "-  name: '*** (before)'",
      "+  name: '*** (after)'",
      "   other: '***'",
      ' kind: Secret',
      ' metadata:',
      '   annotations:',
      "     kubectl.kubernetes.io/last-applied-configuration: '***'",
      "   '***'",
      '   name: s',
    ]);
  });

  it('never lets a value of a Secret through, wherever a hunk begins', () => {
    const value = fc.base64String({ minLength: 8 }).filter((text) => text !== '');
    const key = fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('-', '+', ' '), key, value), { minLength: 1 }), (entries) => {
        const shown = secret(['@@ -2,3 +2,3 @@', ...entries.map(([sign, name, text]) => `${sign}  ${name}: ${text}`)]);
        for (const [, name, text] of entries) {
          expect(shown).toContain(`  ${name}: '***`);
          expect(shown).not.toContain(`: ${text}`);
        }
      }),
    );
  });

  it('shows other kinds as they are, after a Secret too', () => {
    const shown = secret([' data:', '-  a: MQ==', '--- /tmp/LIVE-1/v1.ConfigMap.shop.c\t2026', ' data:', '-  a: MQ==']);
    expect(shown.split('\n').slice(-3)).toEqual(['--- live/v1.ConfigMap.shop.c', ' data:', '-  a: MQ==']);
  });
});
