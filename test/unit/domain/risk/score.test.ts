import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReleaseSummary } from '../../../../src/domain/history/release-summary.ts';
import { historyOf, type RiskFacts } from '../../../../src/domain/risk/facts.ts';
import { isUnderstated, LEVEL_FROM, riskSentence, scoreRisk } from '../../../../src/domain/risk/score.ts';
import { samplePlan, type WrittenPlan } from '../../../support/sample-plan.ts';

const SMALL = { files: 3, insertions: 40, deletions: 10 };

function facts(change: (document: WrittenPlan) => void = () => undefined, rest: Partial<RiskFacts> = {}): RiskFacts {
  const { spec } = samplePlan({ change });
  return { spec, size: SMALL, history: [], anyHistory: false, ...rest };
}

/** A small change of one service, without migrations and secrets, on a Thursday afternoon. */
const calm = (document: WrittenPlan): void => {
  const { spec } = document;
  spec.services = spec.services.slice(1);
  spec.slos = spec.slos.filter((slo) => slo.service === 'api');
  spec.migrations = [];
  spec.environmentVariables = [];
};

const codes = (given: RiskFacts) => scoreRisk(given).points.map((point) => point.code);

describe('the score', () => {
  test('of a small, reversible change of one service in the daytime is nothing', () => {
    expect(scoreRisk(facts(calm))).toEqual({ score: 0, level: 'low', points: [] });
  });

  test('names each reason with its weight, the heaviest first, and is their sum', () => {
    const risk = scoreRisk(facts());
    expect(risk).toMatchObject({ score: 3, level: 'medium' });
    expect(risk.points.map((point) => `${point.reason} +${point.points}`)).toEqual([
      '2 services change together +1',
      '1 reversible migration +1',
      '1 new secret +1',
    ]);
  });

  test.each<[string, (document: WrittenPlan) => void]>([
    [
      'migrations.point-of-no-return',
      (d) => {
        d.spec.migrations = [{ id: 'drop', service: 'api', up: ['x'], reversible: false, pointOfNoReturn: true }];
      },
    ],
    [
      'migrations.irreversible',
      (d) => {
        d.spec.migrations = [{ id: 'drop', service: 'api', up: ['x'], reversible: false }];
      },
    ],
    [
      'window.friday',
      (d) => {
        d.spec.window = { ...d.spec.window, start: '2026-12-04T14:00', end: '2026-12-04T18:00' };
      },
    ],
    [
      'window.weekend',
      (d) => {
        d.spec.window = { ...d.spec.window, start: '2026-12-05T14:00', end: '2026-12-05T18:00' };
      },
    ],
    [
      'window.night',
      (d) => {
        d.spec.window = { ...d.spec.window, end: '2026-12-04T02:00' };
      },
    ],
    [
      'reviews.missing',
      (d) => {
        for (const branch of d.spec.candidate.branches ?? []) branch.approvedBy = [];
      },
    ],
    [
      'reviews.unknown',
      (d) => {
        d.spec.candidate.branches = [];
      },
    ],
    [
      'security.pending',
      (d) => {
        d.spec.security = { review: 'pending' };
      },
    ],
    [
      'rollback.slow',
      (d) => {
        d.spec.rollback.expectedMinutes = 45;
      },
    ],
    [
      'canary.share',
      (d) => {
        d.spec.canary = { ...d.spec.canary, share: '10%' };
      },
    ],
  ])('rises for %s and for nothing else', (code, change) => {
    expect(
      codes(
        facts((document) => {
          calm(document);
          change(document);
        }),
      ),
    ).toEqual([code]);
  });

  test('rises with the size of the change, and says when that is not known', () => {
    expect(codes(facts(calm, { size: { files: 60, insertions: 2000, deletions: 500 } }))).toEqual([
      'size.lines',
      'size.files',
    ]);
    expect(codes(facts(calm, { size: undefined }))).toEqual(['size.unknown']);
  });

  test('rises for services that were rolled back, or are new where others are not', () => {
    const history = [
      { service: 'api', releases: 4, undone: 2 },
      { service: 'web', releases: 0, undone: 0 },
    ];
    expect(scoreRisk(facts(calm, { history, anyHistory: true })).points).toEqual([
      {
        code: 'history.undone',
        points: 2,
        reason: '2 of the last 4 releases of api were rolled back or froze within a year',
      },
      { code: 'history.first', points: 1, reason: 'web was never released with relctl' },
    ]);
    expect(codes(facts(calm, { history: [{ service: 'web', releases: 0, undone: 0 }] }))).toEqual([]);
  });

  test('is always the sum of its points, and more lines are never less risk', () => {
    const size = fc.record({ files: fc.nat(500), insertions: fc.nat(30_000), deletions: fc.nat(30_000) });
    fc.assert(
      fc.property(size, fc.nat(5000), (changed, more) => {
        const less = scoreRisk(facts(calm, { size: changed }));
        const larger = scoreRisk(facts(calm, { size: { ...changed, insertions: changed.insertions + more } }));
        expect(less.score).toBe(less.points.reduce((sum, point) => sum + point.points, 0));
        expect(larger.score).toBeGreaterThanOrEqual(less.score);
        expect(less.level === 'low').toBe(less.score < LEVEL_FROM.medium);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what people wrote', () => {
  test('is understated only when it is lower than the facts', () => {
    expect(isUnderstated('low', { level: 'medium' })).toBe(true);
    expect(isUnderstated('high', { level: 'low' })).toBe(false);
    expect(isUnderstated('medium', { level: 'medium' })).toBe(false);
  });

  test('stands beside the facts', () => {
    expect(riskSentence('low', { level: 'medium', score: 4, points: [] })).toBe(
      'low in the plan; medium calculated, 4 points',
    );
    expect(riskSentence('low', { level: 'low', score: 1, points: [] })).toBe('low, 1 point');
  });
});

test('the history counts other releases of a service that reached production within a year', () => {
  const now = Date.parse('2026-12-01T00:00:00Z');
  const release = (id: string, services: string[], deployed: string[], undone: string[]) =>
    ({ id, services, deployed, undone }) as unknown as ReleaseSummary;
  const releases = [
    release('good', ['api', 'web'], ['2026-06-01T00:00:00Z'], []),
    release('bad', ['api'], [], ['2026-07-01T00:00:00Z']),
    release('old', ['api'], ['2025-01-01T00:00:00Z'], ['2025-01-02T00:00:00Z']),
    release('self', ['api'], ['2026-08-01T00:00:00Z'], ['2026-08-01T00:00:00Z']),
    release('planned', ['api'], [], []),
  ];
  expect(historyOf(['api', 'web', 'mail'], releases, 'self', now)).toEqual({
    anyHistory: true,
    history: [
      { service: 'api', releases: 2, undone: 1 },
      { service: 'web', releases: 1, undone: 0 },
      { service: 'mail', releases: 0, undone: 0 },
    ],
  });
});
