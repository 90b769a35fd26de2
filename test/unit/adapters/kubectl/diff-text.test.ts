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
});
