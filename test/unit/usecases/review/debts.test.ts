import { describe, expect, it } from 'vitest';
import { givenDebts } from '../../../../src/usecases/review/debts.ts';

describe('technical debt by flags', () => {
  it('is none where the one word says so, as at a terminal', () => {
    expect(givenDebts([])).toEqual([]);
    expect(givenDebts(['none'])).toEqual([]);
    expect(givenDebts([' None '])).toEqual([]);
  });

  it('is read piece by piece, and what is no piece is refused with the flag for none', () => {
    const one = 'remove the old flag; ada@example.com; 2027-02-01; SHOP-812';
    expect(givenDebts([one])).toMatchObject([{ owner: 'ada@example.com', ticket: 'SHOP-812' }]);
    expect(() => givenDebts([one, 'none'])).toThrowError(
      expect.objectContaining({
        code: 'review.incomplete',
        hints: expect.arrayContaining([expect.stringContaining('--no-debt')]),
      }),
    );
  });
});
