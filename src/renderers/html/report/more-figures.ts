import * as Plot from '@observablehq/plot';
import type { BurnPoint, ReportModel } from '../../../domain/report/model.ts';
import type { StepBar } from '../../../domain/report/step-bars.ts';
import { formatMoment } from '../../../domain/schedule/calendar.ts';
import { formatPercent, formatSpan } from '../../../text/figures.ts';
import type { Figure } from './figure.ts';

const HOUR = 3_600_000;

/** How the error budgets were burnt since the release; `undefined` before anybody has looked. */
export function burnFigure(model: ReportModel): Figure | undefined {
  const { burn } = model;
  const began = model.state.hypercare === undefined ? undefined : Date.parse(model.state.hypercare.startedAt);
  if (burn.length === 0 || began === undefined) return undefined;
  const hours = (point: BurnPoint) => (point.at - began) / HOUR;
  const worst = burn.reduce((most, point) => (point.burn > most.burn ? point : most));
  const slos = [...new Set(burn.map((point) => point.slo))];
  return {
    title: 'Error budgets since the release',
    span: 'full',
    summary: `At its highest ${worst.slo} had burnt its budget at ${worst.burn.toFixed(2)} times the allowed rate; 1 is the whole budget.`,
    columns: ['SLO', 'hours after the release', 'burn rate'],
    rows: burn.map((point) => [point.slo, hours(point).toFixed(1), point.burn.toFixed(2)]),
    plot: (width) => ({
      height: 70 + slos.length * 34,
      marginBottom: 38,
      marginLeft: width < 500 ? 112 : 150,
      x: {
        label: 'burn rate, 1 is the whole budget',
        domain: [0, Math.max(1.1, worst.burn * 1.1)],
        grid: true,
        ticks: 5,
      },
      y: {
        label: null,
        domain: slos,
        tickFormat: (name: string) => shortened(name, width < 500 ? 16 : 22),
      },
      marks: [
        Plot.ruleX([1], { stroke: 'var(--bad)', strokeWidth: 1.5 }),
        Plot.barX(lastOf(burn, slos), {
          y: 'slo',
          x: 'burn',
          insetTop: 5,
          insetBottom: 5,
          fill: (point: BurnPoint) => (point.burn > 1 ? 'var(--bad)' : 'var(--canary)'),
        }),
        Plot.dot(burn, { y: 'slo', x: 'burn', r: 3, fill: 'currentColor' }),
      ],
    }),
  };
}

function lastOf(burn: readonly BurnPoint[], slos: readonly string[]): BurnPoint[] {
  return slos.flatMap((slo) => burn.findLast((point) => point.slo === slo) ?? []);
}

/** What the deployment did when; `undefined` when nothing was deployed. */
export function stepsFigure(steps: readonly StepBar[], zone: string): Figure | undefined {
  const [first] = steps;
  if (first === undefined) return undefined;
  const minute = (at: number) => (at - first.from) / 60_000;
  const end = Math.max(...steps.map((step) => step.to));
  const titles = new Map(steps.map(({ step, title }) => [step, title]));
  return {
    title: 'The deployment, step by step',
    span: 'full',
    summary: `${steps.length} steps in ${formatSpan(end - first.from)}, from ${formatMoment(first.from, zone)}.`,
    columns: ['step', 'began', 'took', 'state'],
    rows: steps.map((step) => [step.title, formatMoment(step.from, zone), formatSpan(step.to - step.from), step.state]),
    plot: (width) => {
      // Where there is no room beside the bars, each name stands above its own.
      const isNarrow = width < 500;
      return {
        height: 60 + steps.length * (isNarrow ? 34 : 20),
        marginBottom: 38,
        marginLeft: isNarrow ? 8 : 230,
        x: { label: 'minutes', domain: [0, Math.max(0.1, minute(end))], grid: true, ticks: isNarrow ? 4 : 8 },
        y: {
          label: null,
          axis: isNarrow ? null : 'left',
          domain: steps.map((step) => step.step),
          tickSize: 0,
          tickFormat: (step: string) => shortened(titles.get(step) ?? step, 32),
        },
        marks: [
          Plot.barX(steps, {
            y: 'step',
            x1: (step: StepBar) => minute(step.from),
            x2: (step: StepBar) => Math.max(minute(step.to), minute(step.from) + minute(end) / 200),
            insetTop: isNarrow ? 18 : 3,
            insetBottom: isNarrow ? 4 : 3,
            fill: (step: StepBar) => (step.state === 'completed' ? 'var(--good)' : 'var(--bad)'),
          }),
          ...(isNarrow
            ? [
                Plot.text(steps, {
                  y: 'step',
                  text: (step: StepBar) => shortened(step.title, 40),
                  frameAnchor: 'left',
                  textAnchor: 'start',
                  dy: -6,
                  fill: 'currentColor',
                }),
              ]
            : []),
        ],
      };
    },
  };
}

/** Key results against baseline and target, as shares of the way from the one to the other. */
export function successFigure(model: ReportModel): Figure | undefined {
  const judged = model.state.success?.data.metrics ?? [];
  const rows = judged.flatMap((metric) => {
    const planned = model.plan.spec.successMetrics.find((one) => one.name === metric.name);
    if (planned === undefined || metric.value === null) return [];
    const from = planned.baseline ?? 0;
    const way = planned.target === from ? 1 : (metric.value - from) / (planned.target - from);
    return [{ name: metric.name, way, metric, planned }];
  });
  if (rows.length === 0) return undefined;
  return {
    title: 'Success metrics: how far from baseline to target',
    span: 'full',
    summary: rows
      .map((row) => `${row.name} ${row.metric.verdict}: ${row.metric.value} (target ${row.planned.target})`)
      .join('; '),
    columns: ['metric', 'value', 'baseline', 'target', 'verdict'],
    rows: judged.map((metric) => {
      const planned = model.plan.spec.successMetrics.find((one) => one.name === metric.name);
      return [
        metric.name,
        String(metric.value ?? 'none'),
        String(planned?.baseline ?? 'none'),
        String(planned?.target ?? ''),
        metric.verdict,
      ];
    }),
    plot: (width) => ({
      height: 66 + rows.length * 34,
      marginBottom: 38,
      marginLeft: width < 500 ? 112 : 170,
      x: {
        label: 'of the way to the target',
        domain: [Math.min(0, ...rows.map((row) => row.way)), Math.max(1.15, ...rows.map((row) => row.way * 1.05))],
        tickFormat: (value: number) => formatPercent(value),
        ticks: 4,
        grid: true,
      },
      y: {
        label: null,
        domain: rows.map((row) => row.name),
        tickFormat: (name: string) => shortened(name, width < 500 ? 16 : 26),
      },
      marks: [
        Plot.ruleX([1], { stroke: 'var(--good)', strokeWidth: 1.5 }),
        Plot.barX(rows, {
          y: 'name',
          x: 'way',
          insetTop: 5,
          insetBottom: 5,
          fill: (row: (typeof rows)[number]) => (row.metric.verdict === 'met' ? 'var(--good)' : 'var(--bad)'),
        }),
      ],
    }),
  };
}

function shortened(name: string, most: number): string {
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}
