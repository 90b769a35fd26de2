import * as Plot from '@observablehq/plot';
import type { Phase } from '../../../domain/process/phases.ts';
import type { MonthFigures, Portfolio } from '../../../domain/report/portfolio.ts';
import { formatPercent } from '../../../text/figures.ts';
import { type Html, html, lines } from '../writer.ts';
import { type Figure, figureHtml } from './figure.ts';
import { pageHtml, section } from './page.ts';
import { stackedTable } from './stacked-table.ts';

const TONES: Readonly<Partial<Record<Phase, string>>> = {
  closed: 'good',
  'no-go': 'bad',
  'rolled-back': 'bad',
  aborted: 'bad',
  frozen: 'bad',
};

/** One page over all releases: where each stands, and how often production takes them. */
export function portfolioReport(portfolio: Portfolio): string {
  const { releases, failureRate, months, unreadable, gone = [] } = portfolio;
  const open = releases.filter((release) => TONES[release.phase] === undefined);
  const cards: readonly (readonly [string, string])[] = [
    ['Releases', String(releases.length)],
    ['Under way', String(open.length)],
    ['Went to production', String(months.reduce((sum, month) => sum + month.deployed, 0))],
    ['Of these rolled back', failureRate === undefined ? 'none was deployed' : formatPercent(failureRate)],
  ];
  const figure = monthsFigure(months);
  const body = lines(
    [
      html`<header><h1>All releases</h1>
${portfolio.simulated ? html`<p class="banner"><strong>Simulated.</strong> All of this was recorded on relctl’s sandbox.</p>` : undefined}
<dl class="cards">${cards.map(([name, value]) => html`<div class="card"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></header>`,
      section(
        'Month by month',
        figure === undefined ? undefined : html`<div class="charts">${figureHtml(figure)}</div>`,
      ),
      section('The releases', releases.length === 0 ? html`<p>There is none yet.</p>` : table(portfolio)),
      section(
        'Deleted, with what was signed of them',
        gone.length === 0
          ? undefined
          : stackedTable(
              ['plan', 'what is gone'],
              gone.map(({ id, lost: [first = ''] }) => [id, first]),
            ),
      ),
      section(
        'Plans that cannot be read',
        unreadable.length === 0
          ? undefined
          : stackedTable(
              ['plan', 'why'],
              unreadable.map((one) => [one.id, one.problem]),
            ),
      ),
    ].flatMap((part) => part ?? []),
  );
  return pageHtml(
    'All releases',
    body,
    html`Made by relctl at ${new Date(portfolio.madeAt).toISOString()}. A release’s own page: <code>relctl report &lt;id&gt;</code>.${portfolio.feed === undefined ? undefined : html` <a href="${encodeURI(portfolio.feed)}">Calendar to subscribe to</a>.`}`,
  );
}

function table({ releases, pages, claimed }: Portfolio): Html {
  return stackedTable(
    ['release', 'feature', 'phase', 'window', 'services'],
    releases.map((release) => {
      const page = pages.get(release.id);
      return [
        { content: page === undefined ? release.id : html`<a href="${encodeURI(page)}">${release.id}</a>` },
        release.feature,
        claimed?.has(release.id) === true
          ? { content: `${release.phase}, claimed`, tone: 'warn' }
          : { content: release.phase, tone: TONES[release.phase] ?? 'warn' },
        release.windowText,
        release.services.join(', '),
      ];
    }),
  );
}

/** Width beyond which a bar is a block, in pixels. */
const WIDEST_BAR = 56;

function wholeTicks(months: readonly MonthFigures[]): number[] {
  const highest = Math.max(...months.map((month) => month.deployed));
  const lowest = Math.max(...months.map((month) => month.undone));
  const step = Math.max(1, Math.ceil((highest + lowest) / 6));
  const whole = (most: number) => Array.from({ length: Math.floor(most / step) }, (_, at) => (at + 1) * step);
  return [...whole(lowest).map((value) => -value), 0, ...whole(highest)];
}

function monthsFigure(months: readonly MonthFigures[]): Figure | undefined {
  if (months.length === 0) return undefined;
  const shown = months.slice(-18);
  const bars = shown.flatMap(({ month, deployed, undone }) => [
    { month, count: deployed, kind: 'good' },
    { month, count: -undone, kind: 'bad' },
  ]);
  return {
    title: 'Deployments, and below the line those that were rolled back',
    span: 'full',
    summary: shown
      .map(({ month, deployed, undone }) => `${month}: ${deployed} deployed, ${undone} rolled back`)
      .join('; '),
    columns: ['month', 'deployed', 'rolled back'],
    rows: shown.map(({ month, deployed, undone }) => [month, String(deployed), String(undone)]),
    plot: (width) => ({
      height: 210,
      marginTop: 26,
      marginLeft: 40,
      x: {
        label: null,
        domain: shown.map(({ month }) => month),
        padding: Math.max(0.35, 1 - (shown.length * WIDEST_BAR) / width),
        ...(width < 500 && shown.length > 6 ? { tickRotate: -60 } : {}),
      },
      y: {
        label: 'releases',
        grid: true,
        tickFormat: (value: number) => String(Math.abs(value)),
        ticks: wholeTicks(shown),
      },
      marks: [
        Plot.barY(bars, { x: 'month', y: 'count', fill: (bar: (typeof bars)[number]) => `var(--${bar.kind})` }),
        Plot.ruleY([0], { stroke: 'currentColor' }),
      ],
    }),
  };
}
