import * as Plot from '@observablehq/plot';
import type { CanaryStory, SloStory } from '../../domain/report/canary-story.ts';
import { count, percent } from '../figures.ts';
import type { Figure } from './figure.ts';

/** For each SLO: canary against control, and the judge's evidence against its limit. */
export function canaryFigures(story: CanaryStory): readonly Figure[] {
  return story.slos
    .filter((slo) => slo.points.length > 0)
    .flatMap((slo) => [ratioFigure(slo, story), evidenceFigure(slo, story)]);
}

const minutes = (seconds: number): number => seconds / 60;

/** The time axis: the bake, or what there was of it when the canary was condemned early. */
function span(slo: SloStory, story: CanaryStory): [number, number] {
  const seen = slo.points.at(-1)?.seconds ?? story.bakeSeconds;
  return [0, minutes(seen < story.bakeSeconds / 2 ? seen * 1.15 : story.bakeSeconds)];
}

function ratioFigure(slo: SloStory, story: CanaryStory): Figure {
  const last = slo.points.at(-1);
  const lines = slo.points.flatMap((point) => [
    { minute: minutes(point.seconds), bad: point.canary * 100, side: 'canary' },
    { minute: minutes(point.seconds), bad: point.control * 100, side: 'control' },
  ]);
  const end = lines.slice(-2);
  return {
    title: `${slo.name}: canary against control`,
    summary:
      last === undefined
        ? 'There were no data.'
        : `After ${minutes(last.seconds).toFixed(1)} minutes ${percent(last.canary)} of the canary's ${count(last.canaryTotal)} requests were bad, and ${percent(last.control)} of the control's; the objective allows ${percent(slo.budget)}.`,
    columns: ['minute', 'canary', 'control', 'requests at the canary'],
    rows: thinned(slo).map((point) => [
      minutes(point.seconds).toFixed(2),
      percent(point.canary),
      percent(point.control),
      count(point.canaryTotal),
    ]),
    plot: (width) => ({
      height: width < 500 ? 190 : 230,
      marginLeft: 46,
      x: { label: 'minutes of bake', domain: span(slo, story), ticks: width < 500 ? 4 : 8 },
      y: { label: 'bad, % of requests', zero: true, grid: true, nice: true, ticks: 5 },
      marks: [
        Plot.ruleY(
          [slo.budget * 100].filter((budget) => budget <= 4 * Math.max(0.01, ...lines.map((line) => line.bad))),
          {
            stroke: 'var(--muted)',
            strokeDasharray: '2 3',
          },
        ),
        Plot.lineY(
          lines.filter((line) => line.side === 'control'),
          { x: 'minute', y: 'bad', stroke: 'var(--control)', strokeWidth: 2 },
        ),
        Plot.lineY(
          lines.filter((line) => line.side === 'canary'),
          { x: 'minute', y: 'bad', stroke: 'var(--canary)', strokeWidth: 2.5 },
        ),
        Plot.dot(end, { x: 'minute', y: 'bad', r: 3.5, fill: (line: { side: string }) => `var(--${line.side})` }),
        Plot.text(end, {
          x: 'minute',
          y: 'bad',
          text: 'side',
          dy: -10,
          dx: -4,
          textAnchor: 'end',
          fontWeight: 600,
          fill: (line: { side: string }) => `var(--${line.side}-text)`,
        }),
      ],
    }),
  };
}

function evidenceFigure(slo: SloStory, story: CanaryStory): Figure {
  const last = slo.points.at(-1);
  const lowest = Math.min(0, ...slo.points.map((point) => point.evidence));
  const crossed = last !== undefined && last.evidence >= slo.limit;
  // Nothing is known before the first look.
  const grown = [{ seconds: 0, evidence: 0 }, ...slo.points];
  return {
    title: `${slo.name}: evidence against the canary`,
    summary:
      last === undefined
        ? 'There was nothing to judge.'
        : `The evidence ended at ${last.evidence.toFixed(1)}; the canary is aborted at ${slo.limit.toFixed(1)}, which ${crossed ? 'was passed' : 'was not reached'}.`,
    columns: ['minute', 'evidence (ln)', 'limit (ln)'],
    rows: thinned(slo).map((point) => [
      minutes(point.seconds).toFixed(2),
      point.evidence.toFixed(2),
      slo.limit.toFixed(2),
    ]),
    plot: (width) => ({
      height: width < 500 ? 160 : 190,
      marginLeft: 46,
      x: { label: 'minutes of bake', domain: span(slo, story), ticks: width < 500 ? 4 : 8 },
      y: {
        label: 'evidence, ln',
        domain: [lowest, Math.max(slo.limit * 1.15, ...slo.points.map((point) => point.evidence))],
        grid: true,
        ticks: 5,
      },
      marks: [
        Plot.ruleY([slo.limit], { stroke: 'var(--bad)', strokeWidth: 1.5 }),
        Plot.text([slo.limit], {
          x: 0,
          y: (limit: number) => limit,
          text: () => 'abort',
          dx: 4,
          dy: -7,
          textAnchor: 'start',
          fill: 'var(--bad-text)',
          frameAnchor: 'left',
        }),
        Plot.areaY(grown, {
          x: (point: { seconds: number }) => minutes(point.seconds),
          y1: lowest,
          y2: 'evidence',
          fill: crossed ? 'var(--bad)' : 'var(--canary)',
          fillOpacity: 0.12,
        }),
        Plot.dot(grown.slice(-1), {
          x: (point: { seconds: number }) => minutes(point.seconds),
          y: 'evidence',
          r: 3.5,
          fill: crossed ? 'var(--bad)' : 'var(--canary)',
        }),
        Plot.lineY(grown, {
          x: (point: { seconds: number }) => minutes(point.seconds),
          y: 'evidence',
          stroke: crossed ? 'var(--bad)' : 'var(--canary)',
          strokeWidth: 2,
        }),
      ],
    }),
  };
}

/** At most this many rows of numbers a figure: the whole series is kept as evidence. */
const ROWS = 16;

function thinned(slo: SloStory): SloStory['points'] {
  const stride = Math.max(1, Math.ceil(slo.points.length / ROWS));
  return slo.points.filter((_, index) => (slo.points.length - 1 - index) % stride === 0);
}
