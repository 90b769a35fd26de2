import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sayBakeLength, wholeBake } from '../../../src/domain/outcome/bake-length.ts';
import { sayDuration } from '../../../src/plan/duration.ts';
import { formatCount, formatPercent, formatSpan, shortCount } from '../../../src/text/figures.ts';

const DAY = 86_400_000;

describe('figures', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [200, '200 ms'],
    [42_000, '42 s'],
    [435_000, '7 min 15 s'],
    [15 * 60_000, '15 min'],
    [7_500_000, '2 h 5 min'],
    [52 * 3_600_000, '2 d 4 h'],
    [2 * DAY + 5000, '2 d'],
  ])('%d ms are %s', (span, text) => {
    expect(formatSpan(span)).toBe(text);
  });

  it.each([
    ['900s', '15 min'],
    ['15m', '15 min'],
    ['90m', '1 h 30 min'],
    ['48h', '2 d'],
    ['0s', '0 s'],
  ])('a duration of a plan, %s, is %s', (written, text) => {
    expect(sayDuration(written)).toBe(text);
  });

  it.each([
    [0, '0%'],
    [1e-7, '<0.0001%'],
    [0.0000123, '0.00123%'],
    [0.0012, '0.12%'],
    [0.0152, '1.52%'],
    [1 / 7, '14.3%'],
    [0.42, '42%'],
    [0.995, '99.5%'],
    [0.99987, '99.987%'],
    [0.999996, '99.9996%'],
    [1, '100%'],
    [Number.NaN, '–'],
  ])('a ratio of %d is %s', (value, text) => {
    expect(formatPercent(value)).toBe(text);
  });

  it('keeps thousands apart, and takes at most five columns where there are no more', () => {
    expect([0, 999, 1000, 1_234_567, Number.NaN].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567', '–']);
    expect([981, 8912, 12_345, 120_400, 999_600, 1_234_567, 4.2e9, 7e12].map(shortCount)).toEqual([
      '981',
      '8,912',
      '12k',
      '120k',
      '1.0M',
      '1.2M',
      '4.2G',
      '7.0T',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9e12 }), (value) => {
        expect(shortCount(value).length).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('says what the time of a canary is made of where it is more than the bake', () => {
    const length = { bakeSeconds: 900, warmupSeconds: 120, heldSeconds: 0.2, extensionSeconds: 600 };
    expect(sayBakeLength(length)).toBe('15 min + 2 min warm-up + 10 min extension');
    expect(wholeBake(length)).toBeCloseTo(1620.2);
    expect(sayBakeLength({ bakeSeconds: 900 })).toBe('15 min');
    expect(sayBakeLength({ bakeSeconds: 900, heldSeconds: 60 })).toBe('15 min + 1 min waiting for stable');
  });
});

/** Spellings of numbers and times that a source makes by itself; the figures of a document are made by the functions above. */
const OWN_SPELLINGS = /\$\{[^{}]*\}\s?%|\d %[ '"`.,;)]|\$\{[^{}]*\} (?:s|min|h|d|seconds|minutes)\b|toLocaleString\(/;

/** Where such a text is no figure that a person reads beside others, each with why. */
const OTHERS: readonly (readonly [file: string, line: RegExp])[] = [
  ['text/figures.ts', /./], // the one place
  ['domain/deployment/strategies/ways-out.ts', /share(?: =|:) `|maxShare of the policy/], // what is written into a plan or a policy
  ['domain/deployment/strategies/own-pods.ts', /share: `/],
  ['domain/deployment/strategies/shared-service.ts', /Math\.floor\(maxShare/],
  ['usecases/planning/draft/slos.ts', /objective: `/],
  ['evidence/slo-formats/documents.ts', /objective: `/],
  ['domain/gates/delivery.ts', /quietHours/], // a number of hours, as the policy writes it
  ['domain/judge/decision.ts', /took longer than/], // a bound of a histogram, as the metric writes it
  ['renderers/canary-panel.ts', /Math.floor\(ratio \* 100\)/], // of the way to a limit, in five columns
];

it('no source spells a number or a length of time by itself', () => {
  const folder = new URL('../../../src/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const found = files.flatMap((file) =>
    readFileSync(new URL(file, folder), 'utf8')
      .split('\n')
      .filter((line) => OWN_SPELLINGS.test(line) && !/^\s*(?:\*|\/\/|\/\*)/.test(line))
      .filter((line) => !OTHERS.some(([where, what]) => where === file && what.test(line)))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(files.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});
