import * as Plot from '@observablehq/plot';
import type { Phase } from '../../domain/phases.ts';
import type { MonthFigures, Portfolio } from '../../domain/report/portfolio.ts';
import { percent } from '../figures.ts';
import { escapeHtml } from './escape.ts';
import { type Figure, figureHtml, tableHtml } from './figure.ts';
import { pageHtml, section } from './page.ts';

const TONES: Readonly<Partial<Record<Phase, string>>> = {
  closed: 'good',
  'no-go': 'bad',
  'rolled-back': 'bad',
  aborted: 'bad',
  frozen: 'bad',
};

/** One page over all releases: where each stands, and how often production takes them. */
export function portfolioReport(portfolio: Portfolio): string {
  const { releases, failureRate, months, unreadable } = portfolio;
  const open = releases.filter((release) => TONES[release.phase] === undefined);
  const cards: readonly (readonly [string, string])[] = [
    ['Releases', String(releases.length)],
    ['Under way', String(open.length)],
    ['Went to production', String(months.reduce((sum, month) => sum + month.deployed, 0))],
    ['Taken back', failureRate === undefined ? 'none was deployed' : percent(failureRate)],
  ];
  const figure = monthsFigure(months);
  const body = [
    `<header><h1>All releases</h1>
${portfolio.simulated ? '<p class="banner"><strong>Simulated.</strong> All of this was recorded on relctl’s sandbox.</p>' : ''}
<dl class="cards">${cards.map(([name, value]) => `<div class="card"><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl></header>`,
    section('Month by month', figure === undefined ? '' : `<div class="charts one">${figureHtml(figure)}</div>`),
    section('The releases', releases.length === 0 ? '<p>There is none yet.</p>' : table(portfolio)),
    section(
      'Plans that cannot be read',
      unreadable.length === 0
        ? ''
        : tableHtml(
            ['plan', 'why'],
            unreadable.map((one) => [one.id, one.problem]),
          ),
    ),
  ].join('\n');
  return pageHtml(
    'All releases',
    body,
    `Made by relctl at ${new Date(portfolio.madeAt).toISOString()}. A release’s own page: <code>relctl report &lt;id&gt;</code>.`,
  );
}

function table({ releases }: Portfolio): string {
  const rows = releases.map(
    (
      release,
    ) => `<tr><th scope="row"><a href="${escapeHtml(`${release.id}/report.html`)}">${escapeHtml(release.id)}</a></th>
<td>${escapeHtml(release.feature)}</td><td class="${TONES[release.phase] ?? 'warn'}">${release.phase}</td><td>${escapeHtml(release.windowText)}</td><td>${escapeHtml(release.services.join(', '))}</td></tr>`,
  );
  const head = ['release', 'feature', 'phase', 'window', 'services']
    .map((name) => `<th scope="col">${name}</th>`)
    .join('');
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function monthsFigure(months: readonly MonthFigures[]): Figure | undefined {
  if (months.length === 0) return undefined;
  const shown = months.slice(-18);
  const bars = shown.flatMap(({ month, deployed, undone }) => [
    { month, count: deployed, kind: 'good' },
    { month, count: -undone, kind: 'bad' },
  ]);
  return {
    title: 'Deployments, and what was taken back (below the line)',
    summary: shown
      .map(({ month, deployed, undone }) => `${month}: ${deployed} deployed, ${undone} taken back`)
      .join('; '),
    columns: ['month', 'deployed', 'taken back'],
    rows: shown.map(({ month, deployed, undone }) => [month, String(deployed), String(undone)]),
    plot: (width) => ({
      height: 200,
      marginLeft: 40,
      x: {
        label: null,
        domain: shown.map(({ month }) => month),
        padding: 0.35,
        ...(width < 500 && shown.length > 6 ? { tickRotate: -60 } : {}),
      },
      y: {
        label: 'releases',
        grid: true,
        tickFormat: (value: number) => (Number.isInteger(value) ? String(Math.abs(value)) : ''),
        ticks: 5,
      },
      marks: [
        Plot.barY(bars, { x: 'month', y: 'count', fill: (bar: (typeof bars)[number]) => `var(--${bar.kind})` }),
        Plot.ruleY([0], { stroke: 'currentColor' }),
      ],
    }),
  };
}
