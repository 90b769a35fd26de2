import { describe, expect, it } from 'vitest';
import { spellingsOf } from '../../../../src/domain/judge/spellings.ts';

describe('the spellings of a bucket edge', () => {
  it.each([
    ['requests_bucket{service="api",le="1"}', ['le="1"', 'le="1.0"']],
    ['requests_bucket{le="1.0"}', ['le="1.0"', 'le="1"']],
    ['requests_bucket{le="0.25"}', ['le="0.25"']],
    ['requests_bucket{le="+Inf"}', ['le="+Inf"']],
    ['requests_bucket{le=~"1|2"}', ['le=~"1|2"']],
    ['requests_total{code!~"5.."}', ['code!~"5.."']],
  ])('%s', (selector, parts) => {
    const spellings = spellingsOf(selector);
    expect(spellings).toHaveLength(parts.length);
    for (const [index, part] of parts.entries()) expect(spellings[index]).toContain(part);
  });
});
