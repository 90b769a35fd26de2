import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planDigest } from '../../../src/plan/digest.ts';
import { parseReleasePlan, writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { upgradeDocument } from '../../../src/plan/versions.ts';
import { corpus } from '../../bench/fuzz-plans/fuzz.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleEvents } from '../../support/sample-plan.ts';

const older = corpus()[2] ?? '';
const read = (text: string) => parseReleasePlan(new TextEncoder().encode(text), SAMPLE_FILE, SAMPLE_ID);

describe('a plan of an older version', () => {
  it('is understood as one of today', () => {
    const plan = read(older);
    expect(older).toContain('apiVersion: relctl/v1beta1');
    expect(plan.spec.window.start).toBe('2026-12-03T14:00');
    expect(plan.spec.services).toEqual([
      { name: 'web', image: 'registry.example.com/shop/web:4.2.0', change: 'Shows the wallet as a way to pay' },
    ]);
  });

  it('keeps the digest of what was written, because approvals are bound to it', () => {
    const written = parse(older) as { metadata: never; spec: never };
    expect(read(older).specDigest).toBe(planDigest(written.metadata, written.spec));
  });

  it('stays as it is on the disk when its history grows', () => {
    const plan = read(older);
    const text = writeReleasePlan(plan, sampleEvents(), 'submitted');
    expect(text.startsWith(older)).toBe(true);
    expect(read(text).specDigest).toBe(plan.specDigest);
  });

  it('has what is wrong in it pointed at where it stands', () => {
    const text = older.replace('start: 2026-12-03T14:00', 'start: tomorrow');
    const line = text.split('\n').findIndex((candidate) => candidate.includes('tomorrow')) + 1;
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'plan.schema', place: expect.objectContaining({ line }) }),
    );
  });
});

describe('upgrading', () => {
  it.each([null, 'text', [], 5, {}, { apiVersion: 5 }, { apiVersion: 'other/v1' }])(
    'leaves %j to the schema',
    (value) => {
      expect(upgradeDocument(value, SAMPLE_FILE)).toBe(value);
    },
  );

  it.each([
    {},
    { spec: null },
    { spec: { services: null } },
    { spec: { services: ['x'] } },
    { spec: { services: 'x' } },
  ])('does not stumble over %j', (rest) => {
    const upgraded = upgradeDocument({ apiVersion: 'relctl/v1beta1', ...rest }, SAMPLE_FILE);
    expect(upgraded).toMatchObject({ apiVersion: 'relctl/v1' });
  });

  it('refuses a version that it does not know and names those that it does', () => {
    expect(() => upgradeDocument({ apiVersion: 'relctl/v9' }, SAMPLE_FILE)).toThrow(
      expect.objectContaining({
        code: 'plan.unknown-version',
        hints: expect.arrayContaining([expect.stringContaining('relctl/v1beta1')]),
      }),
    );
  });
});
