import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Look } from '../../../../src/domain/judge/look.ts';
import type { JudgeSettings } from '../../../../src/domain/judge/settings.ts';
import { SeenSeries } from '../../../../src/usecases/canary/seen-series.ts';

const settings = { bakeSeconds: 900, slos: [{ name: 'api', objective: 0.995 }] } as unknown as JudgeSettings;
const counts = fc.record({
  bad: fc.integer({ min: 0, max: 99 }),
  total: fc.double({ min: 100, max: 1e9, noNaN: true }),
});
const look = fc.record({
  elapsedSeconds: fc.double({ min: 0, max: 1800, noNaN: true }),
  slos: fc.dictionary(fc.string(), fc.record({ ok: fc.constant(true as const), canary: counts, control: counts })),
});

/** Every number with four digits, as a series has them. */
const rounded = (value: unknown) =>
  JSON.stringify(value, (_, one) => (typeof one === 'number' ? Number(one.toFixed(4)) : one));

it('is the JSON of all that was seen, byte for byte, and what is changed afterwards is not in it', () => {
  fc.assert(
    fc.property(fc.array(look), fc.integer({ min: 1, max: 9 }), (looks, attempt) => {
      const history = { api: [{ elapsedSeconds: 15.00001, control: { bad: 1, total: 300.123456 } }] };
      const whole = rounded({ attempt, verdict: 'pass', code: 'no-data', settings, history, looks });
      const seen = new SeenSeries(settings, history);
      for (const one of looks) seen.add(one as Look);
      history.api.length = 0;
      expect(seen.text(attempt, { verdict: 'pass', code: 'no-data' })).toBe(`${whole}\n`);
    }),
  );
});
