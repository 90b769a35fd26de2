import { expect, test } from 'vitest';
import { shownDay } from '../../../src/usecases/success/shown-day.ts';
import { samplePlan } from '../../support/sample-plan.ts';

const [sample] = samplePlan().spec.successMetrics;
const metric = (direction: 'up' | 'down') =>
  ({ ...sample, name: 'share', direction, target: 5 }) as NonNullable<typeof sample>;
const day = (state: 'ok' | 'guardrail-broken' | 'no-data', value: number | null) => ({
  metric: 'share',
  baseline: [],
  day: '2026-12-04',
  state,
  value,
  detail: String(value),
});

test.each([
  ['up', 'ok', 4.1, 'ok', true],
  ['up', 'ok', 5, 'ok', false],
  ['up', 'ok', 6, 'ok', false],
  ['down', 'ok', 6, 'ok', true],
  ['down', 'ok', 4.1, 'ok', false],
  ['up', 'guardrail-broken', 1, 'failed', false],
  ['up', 'no-data', null, 'warning', false],
] as const)(
  'a day (%s) that is %s with %s is %s, and says that it is short of the target: %s',
  (direction, state, value, mark, isShort) => {
    const shown = shownDay(day(state, value), metric(direction));
    expect(shown.state).toBe(mark);
    expect(shown.detail?.includes('short of the target')).toBe(isShort);
  },
);
