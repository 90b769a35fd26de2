import { describe, expect, it } from 'vitest';
import type { CanaryLook } from '../../../src/domain/outcome/progress.ts';
import { canaryPanel } from '../../../src/renderers/canary-panel.ts';
import { createStyle } from '../../../src/renderers/style.ts';
import { displayWidth } from '../../../src/renderers/width.ts';

const looks: readonly CanaryLook[] = [0, 1, 2, 3].map((index) => ({
  elapsedSeconds: index * 15,
  bakeSeconds: 900,
  share: 0.0098,
  verdict: 'continue',
  reason: 'a regression of ×5 would be seen after about 4 more minutes',
  slos: [
    {
      name: 'web errors',
      canary: { bad: [0, 0, 10, 10][index] ?? 0, total: 1000 * index },
      control: { bad: 100 * index, total: 99_000 * index },
      evidence: index,
      limit: 4.6,
      state: 'open',
    },
    {
      name: 'api latency under 300 ms for wallets',
      canary: undefined,
      control: undefined,
      evidence: undefined,
      limit: 4.6,
      state: 'no data',
      noData: 'Prometheus did not answer within 5 s',
    },
  ],
}));
const panel = (columns: number, unicode = true): string =>
  canaryPanel(looks, createStyle({ columns, unicode })).join('\n');

describe('the canary panel', () => {
  it('shows each look on its own, although counts are cumulative, and says when there is no data', () => {
    expect(panel(90)).toMatchInlineSnapshot(`
      "█░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  45 s of 15 min, 14 min 15 s left  share 0.98% measured
                                      canary     bad    of  stable     bad    of  evidence
      web errors                         ▁█▁  0.333% 3,000     ▂▂▂  0.101%  297k  █████░░░   65%
      api latency under 300 ms for…   no data: Prometheus did not answer within 5 s
      verdict so far: continue, a regression of ×5 would be seen after about 4 more minutes"
    `);
  });

  it('does not call a canary that waits for stable held, which is what a person does', () => {
    const waits = looks.map((look) => ({
      ...look,
      verdict: 'hold',
      reason: 'both fail more than the objective allows',
    }));
    const lines = canaryPanel(waits, createStyle({ columns: 120, unicode: true })).join('\n');
    expect(lines).toContain('verdict so far: waiting for stable, both fail');
    expect(lines).not.toContain('hold');
  });

  it('shows the essence on a narrow terminal', () => {
    expect(panel(50, false)).toMatchInlineSnapshot(`
      "45 s of 15 min, 14 min 15 s left
      share 0.98% measured
      web errors
        0.333% / 0.101%  #####---   65%
      api latency under 300 ms for wallets
        no data: Prometheus did not answer within 5 s
      verdict so far: continue, a regression of ×5 would
                      be seen after about 4 more minutes"
    `);
  });

  it.each([40, 50, 71, 72, 80, 99, 100, 140, 200])('fits %i columns', (columns) => {
    for (const line of panel(columns).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('is empty before the first look', () => {
    expect(canaryPanel([], createStyle({ columns: 80, unicode: true }))).toEqual([]);
  });

  it('never looks like a limit that was not reached', () => {
    const almost = looks.map((look) => ({ ...look, slos: look.slos.map((slo) => ({ ...slo, evidence: 4.599 })) }));
    const text = canaryPanel(almost, createStyle({ columns: 80, unicode: true })).join('\n');
    expect(text).toContain('99%');
    expect(text).not.toContain('limit');
  });
});
