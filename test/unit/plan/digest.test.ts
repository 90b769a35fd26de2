import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, planDigest, sha256 } from '../../../src/plan/digest.ts';
import { parseReleasePlan } from '../../../src/plan/release-plan.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleHead, samplePlan } from '../../support/sample-plan.ts';

const read = (head: string) => parseReleasePlan(new TextEncoder().encode(head), SAMPLE_FILE, SAMPLE_ID);

/** The same value with all keys in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('the digest of a plan', () => {
  it('is of its meaning: comments, order of keys and style of writing do not matter', () => {
    const digest = read(sampleHead()).specDigest;
    expect(samplePlan({ change: () => undefined }).specDigest).toBe(digest);
    expect(read(sampleHead().replace('# T-0, agreed with the shops', '# other words')).specDigest).toBe(digest);
    const swapped = sampleHead().replace(
      /( {4}start: .*\n)( {4}end: .*\n)/,
      (_, start: string, end: string) => end + start,
    );
    expect(swapped).not.toBe(sampleHead());
    expect(read(swapped).specDigest).toBe(digest);
  });

  it('is of the exact text as well, where comments do matter', () => {
    const commented = sampleHead().replace('agreed with the shops', 'not agreed');
    expect(read(commented).textDigest).not.toBe(read(sampleHead()).textDigest);
    expect(read(sampleHead()).textDigest).toBe(sha256(sampleHead()));
  });

  it.each([
    ['the window', '14:00', '15:00'],
    ['the commit', '5d41402a', '5d41402b'],
    ['an image', 'web:4.2.0', 'web:4.2.1'],
    ['an owner', 'carol@', 'karol@'],
    ['the feature', 'feature: Wallet', 'feature: Wallets'],
    ['the process', 'standard@3.0', 'standard@3.1'],
    ['the canary share', 'share: 1%', 'share: 2%'],
    ['a rollback step', 'Switch off', 'Switch on'],
    ['a word of a query', 'method="wallet"', 'method="card"'],
  ])('changes with %s', (_, from, to) => {
    const changed = sampleHead().replace(from, to);
    expect(changed).not.toBe(sampleHead());
    expect(read(changed).specDigest).not.toBe(read(sampleHead()).specDigest);
  });

  it('changes with the order of a list: services are deployed in it', () => {
    const swapped = samplePlan({ change: (document) => void document.spec.services.reverse() });
    expect(swapped.specDigest).not.toBe(samplePlan().specDigest);
  });

  it('takes an absent key and an undefined one for the same', () => {
    const { metadata, spec } = samplePlan();
    expect(planDigest({ ...metadata, extra: undefined } as never, spec)).toBe(planDigest(metadata, spec));
  });
});

describe('canonical JSON', () => {
  it('is one text whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is as RFC 8785, 3.2.3 and 3.2.2 show it', () => {
    expect(
      canonicalJson({
        '\u20ac': 'Euro Sign',
        '\r': 'Carriage Return',
        '\ufb33': 'Hebrew Letter Dalet With Dagesh',
        '1': 'One',
        '\ud83d\ude00': 'Emoji: Grinning Face',
        '\u0080': 'Control',
        '\u00f6': 'Latin Small Letter O With Diaeresis',
      }),
    ).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
    expect(canonicalJson([Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27]',
    );
  });
});

it('SHA-256 is that of FIPS 180-2, appendix B', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
