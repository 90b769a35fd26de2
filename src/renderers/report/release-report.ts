import type { Phase } from '../../domain/process/phases.ts';
import { lateness, type Milestone, type ReportModel, whenText } from '../../domain/report/model.ts';
import { formatMoment, formatSpan, formatWindow, timeOf } from '../../domain/schedule/calendar.ts';
import { percent } from '../figures.ts';
import { canaryFigures } from './canary-figures.ts';
import { escapeHtml } from './escape.ts';
import { figureHtml } from './figure.ts';
import { burnFigure, stepsFigure, successFigure } from './more-figures.ts';
import { pageHtml, section } from './page.ts';
import { stackedTable } from './stacked-table.ts';

const ENDED_BADLY: readonly Phase[] = ['no-go', 'rolled-back', 'aborted', 'frozen'];

/** What the colour and form of a milestone's mark say. */
const TONES: Readonly<Record<Milestone['tone'], string>> = { good: 'done', bad: 'gone wrong', open: 'open' };

/** The report of one release as one self-contained HTML page. */
export function releaseReport(model: ReportModel): string {
  const { plan, state } = model;
  const zone = plan.spec.window.timeZone;
  const body = [
    header(model),
    section('What happened', timeline(model.timeline, zone)),
    section('The canary', canary(model)),
    section('The deployment', one(stepsFigure(model.steps, zone))),
    section('After the release', one(burnFigure(model)) + observations(model)),
    section('Success metrics', one(successFigure(model))),
    section('Who approved what', approvals(model)),
    section('What was shipped', shipped(model)),
    section(
      'Exceptions',
      rows(
        ['gate', 'command', 'reason', 'by'],
        state.exceptions.map(({ data, actor }) => [data.gate, data.command, data.reason, actor]),
      ),
    ),
    section(
      'Conditions of the CAB',
      rows(
        ['condition', 'owner', 'due', 'state'],
        state.conditions.map((one) => [one.text, one.owner, one.due, one.closed ? 'met' : 'open']),
      ),
    ),
    section('Lessons and debt', review(model)),
    section(
      'Who was told',
      rows(
        ['when', 'topic', 'message', 'reached'],
        state.outbox.map((entry) => [
          formatMoment(timeOf(entry.at), zone),
          entry.topic,
          entry.text,
          entry.sent.join(', ') || 'nobody yet',
        ]),
      ),
    ),
    section('The record', record(model)),
  ].join('\n');
  const foot = `Made by relctl on ${escapeHtml(formatMoment(model.madeAt, zone))} from <code>${escapeHtml(plan.file)}</code>, plan digest <code>${plan.specDigest}</code>. Check it: <code>relctl audit ${escapeHtml(plan.id)}</code>.`;
  return pageHtml(`${plan.metadata.feature}: ${state.phase}`, body, foot);
}

function header({ plan, state }: ReportModel): string {
  const tone = state.phase === 'closed' ? 'good' : ENDED_BADLY.includes(state.phase) ? 'bad' : 'warn';
  const { deployment } = state;
  const took =
    deployment?.completedAt === undefined
      ? ENDED_BADLY.includes(state.phase)
        ? 'never'
        : 'not yet'
      : formatSpan(timeOf(deployment.completedAt) - timeOf(deployment.started.at));
  const cards: readonly (readonly [string, string])[] = [
    ['Release', plan.id],
    ['Window', formatWindow(plan.spec.window)],
    ['Services', plan.spec.services.map((service) => service.name).join(', ')],
    ['Risk', plan.spec.risk.level],
    ['Canary', deployment?.verdict?.data.verdict ?? 'not judged'],
    ['Deployed in', took],
  ];
  return `<header>
<h1>${escapeHtml(plan.metadata.feature)}</h1>
<p><span class="badge ${tone}">${state.phase}</span></p>
${state.simulated ? '<p class="banner"><strong>Simulated.</strong> All of this was recorded on relctl’s sandbox: its cluster, traffic, metrics and people are made up.</p>' : ''}
<p class="lead">${escapeHtml(plan.spec.impact.summary)}</p>
<dl class="cards">${cards.map(([name, value], at) => `<div class="card${at < 2 ? ' broad' : ''}"><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>
</header>`;
}

function timeline(milestones: readonly Milestone[], zone: string): string {
  const items = milestones.map((milestone) => {
    const off = lateness(milestone);
    const when =
      milestone.actual === undefined
        ? milestone.planned === undefined
          ? 'open'
          : `planned ${whenText(milestone, zone)}`
        : whenText(milestone, zone);
    const detail = [milestone.detail, milestone.who, off === '' || off === 'on time' ? off : `${off} its date`]
      .filter(Boolean)
      .join(' · ');
    return `<li class="${milestone.tone}"><i class="dot"></i><b><span class="heard">${TONES[milestone.tone]}: </span>${escapeHtml(milestone.name)}</b><span>${escapeHtml(when)}</span><span>${escapeHtml(detail)}</span></li>`;
  });
  return `<ol class="timeline">${items.join('\n')}</ol>`;
}

function canary({ canary: story, state, plan }: ReportModel): string {
  const verdict = state.deployment?.verdict;
  if (verdict === undefined) return state.deployment === undefined ? '' : '<p>The canary was not judged.</p>';
  const tone = verdict.data.verdict === 'pass' ? 'good' : verdict.data.verdict === 'fail' ? 'bad' : 'warn';
  const share =
    story?.share === undefined
      ? ''
      : ` It received ${percent(story.share)} of all requests; ${escapeHtml(plan.spec.canary.share)} was asked for.`;
  const figures = story === undefined ? [] : canaryFigures(story);
  return `<p><span class="badge ${tone}">${verdict.data.verdict}</span> after ${escapeHtml(formatSpan(verdict.data.elapsedSeconds * 1000))}, strategy ${plan.spec.canary.strategy}.${share}</p>
<p>${escapeHtml(sentence(verdict.data.reason, plan.spec.slos))}</p>
${figures.length === 0 ? '<p class="lead">No look at the canary had data that could be drawn.</p>' : `<div class="charts">${figures.map(figureHtml).join('\n')}</div>`}`;
}

/** A reason as a sentence; the name of an SLO keeps its form. */
function sentence(text: string, slos: readonly { readonly name: string }[]): string {
  const named = slos.some((slo) => text.startsWith(slo.name));
  return `${named ? text.slice(0, 1) : text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function one(figure: Parameters<typeof figureHtml>[0] | undefined): string {
  return figure === undefined ? '' : `<div class="charts">${figureHtml(figure)}</div>`;
}

function observations({ state, plan }: ReportModel): string {
  const zone = plan.spec.window.timeZone;
  return rows(
    ['looked at', 'healthy', 'alerts', 'holes in the data', 'by'],
    (state.hypercare?.observations ?? []).map(({ at, data, actor }) => [
      formatMoment(timeOf(at), zone),
      data.healthy ? 'yes' : 'no',
      data.alerts.join('; ') || 'none',
      data.gaps.join('; ') || 'none',
      actor,
    ]),
  );
}

function approvals({ approvals: given, plan }: ReportModel): string {
  const zone = plan.spec.window.timeZone;
  const unsigned = given.length > 0 && given.every((one) => !one.signed);
  return `${unsigned ? '<p class="banner">These approvals are <strong>not signed</strong>: whoever can write to the repository could have written them.</p>' : ''}${rows(
    ['who', 'as', 'decision', 'when', 'signed', 'plan digest', 'comment'],
    given.map((one) => [
      one.who,
      one.role,
      one.decision,
      formatMoment(timeOf(one.at), zone),
      one.signed ? 'yes' : 'no',
      one.digest.slice(0, 12),
      one.comment,
    ]),
  )}`;
}

function shipped({ plan, state }: ReportModel): string {
  const pinned = state.deployment?.started.data.images ?? {};
  return rows(
    ['service', 'change', 'image', 'staged'],
    plan.spec.services.map((service) => [
      service.name,
      service.change,
      shortDigest(pinned[service.name] ?? service.image),
      (state.stage?.images[service.name] ?? []).map(shortDigest).join(', ') || 'not staged',
    ]),
  );
}

/** Twelve digits of a digest tell images apart; the whole stands in the plan. */
function shortDigest(image: string): string {
  return image.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/, '$1…');
}

function review({ state }: ReportModel): string {
  if (state.review === undefined) return '';
  const { lessons, debts } = state.review.data;
  const list = `<ul>${lessons.map((lesson) => `<li>${escapeHtml(lesson)}</li>`).join('')}</ul>`;
  return (
    list +
    rows(
      ['debt', 'owner', 'due', 'ticket'],
      debts.map((debt) => [debt.text, debt.owner, debt.due, debt.ticket]),
    )
  );
}

function record({ plan, findings }: ReportModel): string {
  const summary = `<p>${plan.events.length} events, chained by their hashes; the last is <code>${plan.events.at(-1)?.hash ?? 'none'}</code>.</p>`;
  return (
    summary +
    rows(
      ['finding', 'what', 'what to do'],
      findings.map((finding) => [finding.code, finding.problem, finding.fix]),
    )
  );
}

function rows(columns: readonly string[], lines: readonly (readonly string[])[]): string {
  return lines.length === 0 ? '' : stackedTable(columns, lines);
}
