import { expect, it } from 'vitest';
import { LARGEST_PLAN } from '../../../../src/plan/guard.ts';
import { parseReleasePlan } from '../../../../src/plan/release-plan.ts';
import { refuseWithoutRoom } from '../../../../src/usecases/deployment/room.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../../../support/sample-plan.ts';

const plan = parseReleasePlan(new TextEncoder().encode(sampleHead()), SAMPLE_FILE, SAMPLE_ID);

it('a deployment of five hundred services fits into a plan, there and back', () => {
  expect(() => refuseWithoutRoom(plan, 2004)).not.toThrow();
});

it('one whose record would not fit is refused before it begins', () => {
  expect(() => refuseWithoutRoom(plan, LARGEST_PLAN / 1000)).toThrow(
    expect.objectContaining({ code: 'plan.too-large', place: { file: SAMPLE_FILE } }),
  );
});
