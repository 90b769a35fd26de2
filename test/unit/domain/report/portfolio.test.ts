import { describe, expect, it } from 'vitest';
import { isSummary, type ReleaseSummary, summarise } from '../../../../src/domain/history/release-summary.ts';
import { buildPortfolio } from '../../../../src/domain/report/portfolio.ts';

const MADE_AT = Date.UTC(2026, 11, 31);

function release(id: string, start: string, parts: Partial<ReleaseSummary> = {}): ReleaseSummary {
  const window = { start, end: start.replace('T14', 'T18'), timeZone: 'UTC' };
  const metadata = { feature: id, process: 'standard@3.0' };
  const summary = summarise({ id, metadata, window, services: ['api'], events: [] });
  if (!isSummary(summary)) throw new Error(summary.problem);
  return { ...summary, ...parts };
}

describe('the portfolio of all releases', () => {
  const one = release('one', '2026-10-01T14:00', { deployed: ['2026-10-01T15:00:00.000Z'] });
  const both = release('both', '2026-11-01T14:00', {
    deployed: ['2026-11-01T15:00:00.000Z'],
    undone: ['2026-12-02T15:00:00.000Z', '2026-12-03T15:00:00.000Z'],
  });
  const draft = release('draft', '2026-12-20T14:00');
  const broken = { id: 'broken', code: 'plan.yaml-syntax', problem: 'no YAML' } as const;
  const portfolio = buildPortfolio([one, broken, draft, both], new Map([['one', 'one/report.html']]), MADE_AT);

  it('has the latest window first, and keeps what cannot be read apart', () => {
    expect(portfolio.releases.map(({ id }) => id)).toEqual(['draft', 'both', 'one']);
    expect(portfolio.unreadable).toEqual([broken]);
  });

  it('counts what was undone in the month in which it was undone', () => {
    expect(portfolio.months).toEqual([
      { month: '2026-10', deployed: 1, undone: 0 },
      { month: '2026-11', deployed: 1, undone: 0 },
      { month: '2026-12', deployed: 0, undone: 2 },
    ]);
  });

  it('counts releases, not rollbacks, in the failure rate, and leaves out those that never reached production', () => {
    expect(portfolio.failureRate).toBe(0.5);
    expect(buildPortfolio([draft], new Map(), MADE_AT).failureRate).toBeUndefined();
  });

  it('is simulated only when all of it is', () => {
    const simulated = { ...one, simulated: true };
    expect(buildPortfolio([simulated, draft], new Map(), MADE_AT).simulated).toBe(false);
    expect(buildPortfolio([simulated], new Map(), MADE_AT).simulated).toBe(true);
    expect(buildPortfolio([], new Map(), MADE_AT).simulated).toBe(false);
  });
});
