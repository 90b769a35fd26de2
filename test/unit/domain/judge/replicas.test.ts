import { describe, expect, it } from 'vitest';
import { countsByReplica, countsOf } from '../../../../src/domain/judge/replicas.ts';

describe('counts by replica', () => {
  it('adds up the series of each pod, whatever their other labels', () => {
    const good = new Map([
      ['{code="200",pod="web-1"}', 90],
      ['{code="204",pod="web-1"}', 5],
      ['{code="200",pod="web-2"}', 40],
    ]);
    const total = new Map([...good, ['{code="500",pod="web-1"}', 5], ['{code="500",pod="web-3"}', 7]]);
    expect(countsByReplica(good, total)).toEqual({
      'web-1': { bad: 5, total: 100 },
      'web-2': { bad: 0, total: 40 },
      'web-3': { bad: 7, total: 7 },
    });
  });

  it('takes the instance where there is no pod, and does not confuse a label with the end of another', () => {
    const series = new Map([['{exported_pod="a",instance="10.0.0.1:80"}', 3]]);
    expect(countsByReplica(series, series)).toEqual({ '10.0.0.1:80': { bad: 0, total: 3 } });
  });

  it('is not known when a series names no replica', () => {
    const series = new Map([['{code="200"}', 3]]);
    expect(countsByReplica(series, series)).toBeUndefined();
  });

  it('forgives requests in flight between two counters, and nothing more', () => {
    expect(countsOf(1001, 1000)).toEqual({ bad: 0, total: 1000 });
    expect(countsOf(100_050, 100_000)).toEqual({ bad: 0, total: 100_000 });
    expect(countsOf(1100, 1000)).toEqual({ bad: -100, total: 1000 });
    expect(countsOf(990, 1000)).toEqual({ bad: 10, total: 1000 });
  });
});
