import { describe, expect, it } from 'vitest';
import type { JudgedMetric } from '../../../../src/domain/success/metric.ts';
import { contradiction, outcomeByFacts, sayOutcome } from '../../../../src/domain/success/outcome.ts';

const judged = (...verdicts: JudgedMetric['verdict'][]): readonly JudgedMetric[] =>
  verdicts.map((verdict, index) => ({ name: `KR${index + 1}`, value: 1, verdict, detail: '' }));

describe('the outcome of a release', () => {
  it.each([
    ['success', []],
    ['success', ['met', 'met']],
    ['partial', ['met', 'missed']],
    ['partial', ['inconclusive']],
    ['partial', ['missed', 'inconclusive']],
    ['failure', ['missed', 'guardrail-broken']],
  ] as const)('is offered as %s where the metrics are %j', (outcome, verdicts) => {
    expect(outcomeByFacts(judged(...verdicts))).toBe(outcome);
    expect(contradiction(outcome, judged(...verdicts))).toBeUndefined();
  });

  it('says which metrics speak against it, and the reason', () => {
    const metrics = judged('met', 'missed', 'inconclusive', 'guardrail-broken');
    const against = 'success, although KR2 was missed, KR3 is inconclusive, KR4 broke its guardrail';
    expect(contradiction('success', metrics)).toBe(against);
    expect(sayOutcome({ outcome: 'success', comment: 'too early' }, metrics)).toBe(`${against}: too early`);
    expect(contradiction('partial', metrics)).toBeUndefined();
    expect(contradiction('failure', judged('met'))).toContain('every success metric was met');
    expect(contradiction('failure', [])).toBeUndefined();
  });
});
