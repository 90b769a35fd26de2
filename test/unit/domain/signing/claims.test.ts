import { describe, expect, it } from 'vitest';
import { claimFindings, claimsOf } from '../../../../src/domain/signing/claims.ts';
import { honestHistory, seeded } from '../../../support/honest-history.ts';
import { chainOf, SAMPLE_ID } from '../../../support/sample-plan.ts';

const histories = Array.from({ length: 300 }, (_, seed) => chainOf(SAMPLE_ID, honestHistory(seeded(seed))));

describe('what is recorded after a deployment', () => {
  it('is claimed whenever it brings a release further, and never when it keeps it back', () => {
    const seen = new Set<string>();
    for (const events of histories) {
      const claims = claimsOf(events);
      const begun = events.findLastIndex(({ type }) => type === 'deploy.started' || type === 'plan.reopened');
      expect(claims.every((event) => event.seq > begun + 1)).toBe(true);
      for (const event of claims) seen.add(event.type);
      expect(claims.some((event) => event.type === 'verify.recorded' && !event.data.ok)).toBe(false);
      expect(claims.some((event) => event.type === 'hypercare.observed' && !event.data.healthy)).toBe(false);
      // Whatever puts a release into a phase after `deployed`, apart from what is signed.
      const further = events
        .slice(begun + 1)
        .filter(({ type }) => /^(hypercare\.started|success\.judged|review\.closed)$/.test(type));
      expect(claims).toEqual(expect.arrayContaining(further));
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['verify.recorded', 'hypercare.started', 'success.judged', 'review.closed']),
    );
  });

  it('is one warning that names all of it', () => {
    const claims = histories.map(claimsOf).find((found) => found.length > 3) ?? [];
    expect(claimFindings(claims, 'main')).toMatchObject([
      { code: 'claimed', severity: 'warning', seq: claims[0]?.seq },
    ]);
    expect(claimFindings([], 'main')).toEqual([]);
  });
});
