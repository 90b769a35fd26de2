import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/text/nearest.ts';

const known = ['2026-12-wallet-checkout', '2026-12-wallet-refunds', '2026-11-search', 'hotfix-1'];

describe('words that look like another', () => {
  it.each([
    ['2026-12-walet-checkout', ['2026-12-wallet-checkout']],
    ['wallet-checkout', ['2026-12-wallet-checkout']],
    ['2026-12-wallet', ['2026-12-wallet-checkout', '2026-12-wallet-refunds']],
    ['hotfix-2', ['hotfix-1']],
    ['something-else-entirely', []],
  ])('for %s are %j', (wanted, near) => {
    expect(nearest(wanted, known)).toEqual(near);
  });

  it('are at most three', () => {
    expect(nearest('a', ['a1', 'a2', 'a3', 'a4'])).toEqual(['a1', 'a2', 'a3']);
  });
});
