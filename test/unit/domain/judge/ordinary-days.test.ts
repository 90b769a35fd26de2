import { describe, expect, it } from 'vitest';
import { reaches, runDay } from '../../../bench/judge/days/row.ts';
import { DAYS } from '../../../bench/judge/days/rows.ts';

/** A few canaries of each section: the figures are the bench's, here it is seen that each kind of day is understood at all. */
const SAMPLE = [
  'good, ×10 at first, warm after 60 s',
  'fails 60% from the start',
  'good, 10% errors for 30 s on both',
  'good, one pod fails 2%',
  '×5, one pod fails 2%',
  '×20, a stable pod dies at -10 s and stays a target',
  'the canary loses 20% before they are counted',
  '×5, probes are counted as users (as many again)',
  'good, as the route says',
  '×1.5 slower, the threshold far away',
  'good, 10% errors for 40 s in one zone: the canary and 8 of 25',
  "good, the canary's pod is evicted and replaced 3 s later",
  "good, the canary's pod is replaced in mid-bake, ×10 and warm after 60 s",
  "×5, the canary's pod is replaced in mid-bake",
  "the canary's pod is replaced at 300 s, and the new one fails 60%",
  'good, stable is scaled from 25 pods to 15 and to 30',
  'good, five times the load for 60 s',
  'good, ready and scraped for 40 s before its first request',
  'good, all of stable is replaced within a minute',
  'good, the load falls to a fiftieth for 300 s',
  '×5 between incidents of 10% for 20 s every 300 s on both',
];

describe('the judge on ordinary days', () => {
  it.each(SAMPLE)('%s', (name) => {
    const day = DAYS.find((one) => one.name === name);
    if (day === undefined) throw new Error(`no day is called ${name}`);
    const row = runDay({ ...day, rate: day.rate }, 5, 77);
    expect({ codes: row.codes, failed: row.failed, passed: row.passed, reaches: reaches(row) }).toMatchObject({
      reaches: true,
    });
  });
});
