import { sayShare } from '../../../domain/deployment/share.ts';
import { sayBakeLength } from '../../../domain/outcome/bake-length.ts';
import { lateness, type Milestone, phaseWord, type ReportModel, whenText } from '../../../domain/report/model.ts';
import type { SitePlace } from '../../../domain/report/site.ts';
import { formatMoment, formatWindow, timeOf } from '../../../domain/schedule/calendar.ts';
import { command } from '../../../text/command-line.ts';
import { formatSpan } from '../../../text/figures.ts';
import { type Html, html, lines } from '../writer.ts';
import { canaryFigures } from './canary-figures.ts';
import { figureHtml } from './figure.ts';
import { burnFigure, stepsFigure, successFigure } from './more-figures.ts';
import { pageHtml, section } from './page.ts';
import { siteNav } from './site-nav.ts';
import { stackedTable } from './stacked-table.ts';
import { endedBadly, standing } from './standing.ts';

/** What the colour and form of a milestone's mark say. */
const TONES: Readonly<Record<Milestone['tone'], string>> = { good: 'done', bad: 'gone wrong', open: 'open' };

/**
 * The report of one release as one self-contained HTML page.
 * @param place where it lies in a site; left out for a page by itself
 */
export function releaseReport(model: ReportModel, place?: SitePlace): string {
  const { plan, state } = model;
  const zone = plan.spec.window.timeZone;
  const body = lines(
    [
      header(model),
      section('What happened', timeline(model.timeline, zone)),
      section('The canary', canary(model)),
      section('The deployment', one(stepsFigure(model.steps, zone))),
      section('After the release', html`${one(burnFigure(model))}${observations(model)}`),
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
        model.signs === true ? 'Who was told, which nobody signs' : 'Who was told',
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
    ].flatMap((part) => part ?? []),
  );
  const foot = html`Made by relctl on ${formatMoment(model.madeAt, zone)} from <code>${plan.file}</code>, plan digest <code>${plan.specDigest}</code>. Check it: <code>${command`relctl audit ${plan.id}`}</code>.`;
  const nav = place === undefined ? undefined : siteNav(place);
  return pageHtml(`${plan.metadata.feature}: ${phaseWord(model)}`, body, foot, nav);
}

function header({ plan, state, claimed }: ReportModel): Html {
  const { deployment } = state;
  const took =
    deployment?.completedAt === undefined
      ? endedBadly(state.phase)
        ? 'not deployed'
        : 'not yet'
      : formatSpan(timeOf(deployment.completedAt) - timeOf(deployment.started.at));
  const cards: readonly (readonly [string, string])[] = [
    ['Release', plan.id],
    ['Window', formatWindow(plan.spec.window)],
    ['Services', plan.spec.services.map((service) => service.name).join(', ')],
    ['Risk', plan.spec.risk.level],
    ['Canary', deployment?.verdict?.data.verdict ?? 'not judged'],
    ['Time to deploy', took],
  ];
  return html`<header>
<h1>${plan.metadata.feature}</h1>
${standing(state, claimed)}
<p class="lead">${plan.spec.impact.summary}</p>
<dl class="cards">${cards.map(([name, value], at) => html`<div class="card${at < 2 ? ' broad' : ''}"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}

function timeline(milestones: readonly Milestone[], zone: string): Html {
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
    return html`<li class="${milestone.tone}"><i class="dot"></i><b><span class="heard">${TONES[milestone.tone]}: </span>${milestone.name}</b><span>${when}</span><span>${detail}</span></li>`;
  });
  return html`<ol class="timeline">${lines(items)}</ol>`;
}

function canary({ canary: story, state, plan }: ReportModel): Html | undefined {
  const verdict = state.deployment?.verdict;
  if (verdict === undefined)
    return state.deployment === undefined ? undefined : html`<p>The canary was not judged.</p>`;
  const tone = verdict.data.verdict === 'pass' ? 'good' : verdict.data.verdict === 'fail' ? 'bad' : 'warn';
  const share =
    story?.share === undefined
      ? ''
      : ` Share of the requests: ${sayShare({ measured: story.share, asked: plan.spec.canary.share })}.`;
  const watched = story?.length === undefined ? '' : ` (watched for ${sayBakeLength(story.length)})`;
  const figures = story === undefined ? [] : canaryFigures(story);
  return html`<p><span class="badge ${tone}">${verdict.data.verdict}</span> after ${formatSpan(verdict.data.elapsedSeconds * 1000)}${watched}, strategy ${plan.spec.canary.strategy}.${share}</p>
<p>${sentence(verdict.data.reason, plan.spec.slos)}</p>
${figures.length === 0 ? html`<p class="lead">No look at the canary had data that could be drawn.</p>` : html`<div class="charts">${lines(figures.map(figureHtml))}</div>`}`;
}

/** A reason as a sentence; the name of an SLO keeps its form. */
function sentence(text: string, slos: readonly { readonly name: string }[]): string {
  const named = slos.some((slo) => text.startsWith(slo.name));
  return `${named ? text.slice(0, 1) : text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function one(figure: Parameters<typeof figureHtml>[0] | undefined): Html | undefined {
  return figure === undefined ? undefined : html`<div class="charts">${figureHtml(figure)}</div>`;
}

function observations({ state, plan }: ReportModel): Html | undefined {
  const zone = plan.spec.window.timeZone;
  return rows(
    ['looked at', 'healthy', 'alerts', 'gaps in the data', 'by'],
    (state.hypercare?.observations ?? []).map(({ at, data, actor }) => [
      formatMoment(timeOf(at), zone),
      data.healthy ? 'yes' : 'no',
      data.alerts.join('; ') || 'none',
      data.gaps.join('; ') || 'none',
      actor,
    ]),
  );
}

function approvals({ approvals: given, plan }: ReportModel): Html {
  const zone = plan.spec.window.timeZone;
  const unsigned = given.length > 0 && given.every((one) => !one.signed);
  return html`${unsigned ? html`<p class="banner">These approvals are <strong>not signed</strong>: whoever can write to the repository could have written them.</p>` : undefined}${rows(
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

function shipped({ plan, state }: ReportModel): Html | undefined {
  // A plan may name a service as it likes, `constructor` too: only what was recorded counts.
  const pinned = new Map(Object.entries(state.deployment?.started.data.images ?? {}));
  const staged = new Map(Object.entries(state.stage?.images ?? {}));
  return rows(
    ['service', 'change', 'image', 'staged'],
    plan.spec.services.map((service) => [
      service.name,
      service.change,
      shortDigest(pinned.get(service.name) ?? service.image),
      (staged.get(service.name) ?? []).map(shortDigest).join(', ') || 'not staged',
    ]),
  );
}

/** Twelve digits of a digest tell images apart; the whole stands in the plan. */
function shortDigest(image: string): string {
  return image.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/, '$1…');
}

function review({ state }: ReportModel): Html | undefined {
  if (state.review === undefined) return undefined;
  const { lessons, debts } = state.review.data;
  const list = html`<ul>${lessons.map((lesson) => html`<li>${lesson}</li>`)}</ul>`;
  return html`${list}${rows(
    ['debt', 'owner', 'due', 'ticket'],
    debts.map((debt) => [debt.text, debt.owner, debt.due, debt.ticket]),
  )}`;
}

function record({ plan, findings }: ReportModel): Html {
  const summary = html`<p>${plan.events.length} events, chained by their hashes; the last is <code>${plan.events.at(-1)?.hash ?? 'none'}</code>.</p>`;
  return html`${summary}${rows(
    ['finding', 'what', 'what to do'],
    findings.map((finding) => [finding.code, finding.problem, finding.fix]),
  )}`;
}

function rows(columns: readonly string[], entries: readonly (readonly string[])[]): Html | undefined {
  return entries.length === 0 ? undefined : stackedTable(columns, entries);
}
