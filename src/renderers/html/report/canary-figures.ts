import * as Plot from '@observablehq/plot';
import type { CanaryStory, SloStory } from '../../../domain/report/canary-story.ts';
import { formatCount, formatPercent, formatSpan } from '../../../text/figures.ts';
import type { Figure } from './figure.ts';

/** For each SLO: canary against stable, and the judge's evidence against its limit. */
export function canaryFigures(story: CanaryStory): readonly Figure[] {
  return story.slos
    .filter((slo) => slo.points.length > 0)
    .flatMap((slo) => [ratioFigure(slo, story), evidenceFigure(slo, story)]);
}

/** The time axis: the bake, or what there was of it when the canary was condemned early; short ones in seconds. */
interface TimeAxis {
  readonly label: string;
  readonly domain: [number, number];
  at(seconds: number): number;
}

function timeAxis(slo: SloStory, story: CanaryStory): TimeAxis {
  const seen = slo.points.at(-1)?.seconds ?? story.bakeSeconds;
  const end = seen < story.bakeSeconds / 2 ? seen * 1.15 : story.bakeSeconds;
  const [unit, size] = end < 180 ? ['seconds', 1] : ['minutes', 60];
  return { label: `${unit} of bake`, domain: [0, Math.max(end, 1) / size], at: (seconds) => seconds / size };
}

const MARGINS = { marginTop: 26, marginBottom: 34, marginLeft: 46 } as const;
/** Height of a line of text in a chart, with a little air. */
const LINE = 15;

function ratioFigure(slo: SloStory, story: CanaryStory): Figure {
  const last = slo.points.at(-1);
  const axis = timeAxis(slo, story);
  const lines = slo.points.flatMap((point) => [
    { time: axis.at(point.seconds), bad: point.canary * 100, side: 'canary' },
    { time: axis.at(point.seconds), bad: point.control * 100, side: 'stable' },
  ]);
  const end = lines.slice(-2);
  const budget = slo.budget * 100;
  const most = Math.max(0, ...lines.map((line) => line.bad));
  // The objective is drawn where it does not press the lines flat.
  const shown = most === 0 || budget <= 4 * most;
  const top = 1.08 * Math.max(most, shown ? budget : 0, 0.001);
  return {
    title: `${slo.name}: canary against stable`,
    span: 'half',
    summary:
      last === undefined
        ? 'There was no data.'
        : `After ${formatSpan(last.seconds * 1000)} ${formatPercent(last.canary)} of the canary's ${formatCount(last.canaryTotal)} requests were bad, and ${formatPercent(last.control)} of stable's; the objective allows ${formatPercent(slo.budget)}.`,
    columns: ['after', 'canary', 'stable', 'requests at the canary'],
    rows: thinned(slo).map((point) => [
      formatSpan(point.seconds * 1000),
      formatPercent(point.canary),
      formatPercent(point.control),
      formatCount(point.canaryTotal),
    ]),
    plot: (width) => {
      const height = width < 400 ? 210 : 230;
      const unitsALine = (top * LINE) / (height - MARGINS.marginTop - MARGINS.marginBottom);
      return {
        height,
        ...MARGINS,
        marginRight: 60,
        x: { label: axis.label, domain: axis.domain, ticks: width < 400 ? 4 : 6 },
        y: { label: 'bad, % of requests', domain: [0, top], grid: true, ticks: 5 },
        marks: [
          Plot.ruleY(shown ? [budget] : [], { stroke: 'var(--muted)', strokeDasharray: '2 3' }),
          Plot.text(shown ? [budget] : [], {
            y: (value: number) => value,
            text: () => 'allowed',
            frameAnchor: 'left',
            textAnchor: 'start',
            dx: 4,
            dy: -8,
            fill: 'var(--muted)',
          }),
          ...(['stable', 'canary'] as const).map((side) =>
            Plot.lineY(
              lines.filter((line) => line.side === side),
              { x: 'time', y: 'bad', stroke: `var(--${side})`, strokeWidth: side === 'canary' ? 2.5 : 2 },
            ),
          ),
          Plot.dot(end, { x: 'time', y: 'bad', r: 3.5, fill: (line: { side: string }) => `var(--${line.side})` }),
          Plot.text(apart(end, unitsALine), {
            x: 'time',
            y: 'bad',
            text: 'side',
            dx: 8,
            textAnchor: 'start',
            fontWeight: 600,
            fill: (line: { side: string }) => `var(--${line.side}-text)`,
          }),
        ],
      };
    },
  };
}

/** Moves the labels of two ends apart until they are `least` from each other, and never below zero. */
export function apart<T extends { readonly bad: number }>(ends: readonly T[], least: number): T[] {
  const [low, high] = [...ends].sort((a, b) => a.bad - b.bad);
  if (low === undefined || high === undefined || high.bad - low.bad >= least) return [...ends];
  const foot = Math.max(0, (low.bad + high.bad - least) / 2);
  return [
    { ...low, bad: foot },
    { ...high, bad: foot + least },
  ];
}

function evidenceFigure(slo: SloStory, story: CanaryStory): Figure {
  const last = slo.points.at(-1);
  const axis = timeAxis(slo, story);
  const lowest = Math.min(0, ...slo.points.map((point) => point.evidence));
  const crossed = last !== undefined && last.evidence >= slo.limit;
  // Nothing is known before the first look.
  const grown = [{ seconds: 0, evidence: 0 }, ...slo.points];
  return {
    title: `${slo.name}: evidence against the canary`,
    span: 'half',
    summary:
      last === undefined
        ? 'There was nothing to judge.'
        : `The evidence ended at ${last.evidence.toFixed(1)}; the limit at which a canary is aborted is ${slo.limit.toFixed(1)} and ${crossed ? 'was passed' : 'was not reached'}.`,
    columns: ['after', 'evidence (natural log)', 'limit (natural log)'],
    rows: thinned(slo).map((point) => [
      formatSpan(point.seconds * 1000),
      point.evidence.toFixed(2),
      slo.limit.toFixed(2),
    ]),
    plot: (width) => ({
      height: width < 400 ? 210 : 230,
      ...MARGINS,
      x: { label: axis.label, domain: axis.domain, ticks: width < 400 ? 4 : 6 },
      y: {
        label: 'evidence (log scale)',
        domain: [lowest, Math.max(slo.limit * 1.15, ...slo.points.map((point) => point.evidence))],
        grid: true,
        ticks: 5,
      },
      marks: [
        Plot.ruleY([slo.limit], { stroke: 'var(--bad)', strokeWidth: 1.5 }),
        Plot.text([slo.limit], {
          y: (limit: number) => limit,
          text: () => 'abort',
          frameAnchor: 'left',
          textAnchor: 'start',
          dx: 4,
          dy: -8,
          fill: 'var(--bad-text)',
        }),
        Plot.areaY(grown, {
          x: (point: { seconds: number }) => axis.at(point.seconds),
          y1: lowest,
          y2: 'evidence',
          fill: crossed ? 'var(--bad)' : 'var(--canary)',
          fillOpacity: 0.12,
        }),
        Plot.dot(grown.slice(-1), {
          x: (point: { seconds: number }) => axis.at(point.seconds),
          y: 'evidence',
          r: 3.5,
          fill: crossed ? 'var(--bad)' : 'var(--canary)',
        }),
        Plot.lineY(grown, {
          x: (point: { seconds: number }) => axis.at(point.seconds),
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
