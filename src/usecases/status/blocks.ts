import type { Refusal, SigningFacts } from '../../domain/gates/gate.ts';
import type { Block, Check } from '../../domain/outcome/outcome.ts';
import type { StatusData } from '../../domain/outcome/status.ts';
import { nameList } from '../../domain/people/people.ts';
import { type Declined, sayDeclined } from '../../domain/process/declined.ts';
import { REOPENABLE, sayPhase } from '../../domain/process/phases.ts';
import { dateIn, formatMoment, formatWindow, reviewDate, timeOf } from '../../domain/schedule/calendar.ts';
import { unsignedNotice } from '../../domain/signing/notice.ts';
import { command } from '../../text/command-line.ts';
import { changeFacts } from '../change-record/facts.ts';
import { findingChecks, type PlacedFinding } from '../planning/answer/findings.ts';
import type { Release } from '../release/open.ts';
import { stagedImages } from '../staging/shown-images.ts';
import { handedOverCheck } from './handed-over.ts';

/** What `status` found beside its data. */
export interface Found {
  readonly refusals: readonly Refusal[];
  /** What was signed, is gone, and would say how the release stands. */
  readonly gone: readonly string[];
  /** What `plan --check` finds, while the board has not decided. */
  readonly findings: readonly PlacedFinding[] | undefined;
}

/** What `status` shows of a release to people: the facts, then what is wrong or waited for, each kind a list of its own. */
export function statusBlocks(
  release: Release,
  data: StatusData,
  { refusals, gone, findings }: Found,
): readonly Block[] {
  const lists: readonly (readonly Check[])[] = [
    (data.declined ?? []).map((one) => ({ state: 'failed', text: sayDeclined(saidOnce(one, release)) })),
    signingChecks(release.signing.facts),
    data.approvalVoid ? [{ state: 'failed', text: VOID }] : [],
    data.work ? [{ state: 'pending', text: data.work.sentence }] : [],
    data.runner ? [handedOverCheck(data.runner)] : [],
    data.stopped ? [{ state: 'failed', text: `the rollback stands still: ${data.stopped.reason}` }] : [],
    data.orphan === null ? [] : [{ state: 'warning', text: data.orphan.sentence }],
    data.conditions.map(conditionCheck),
    data.undelivered.map(undeliveredCheck),
    refusals.map(refusalCheck),
    gone.map((text) => ({ state: 'failed', text, detail: command`relctl audit ${data.release}` })),
    findings === undefined ? [] : findingChecks(findings),
  ];
  return [
    { kind: 'facts', facts: factsOf(release, data) },
    ...lists.flatMap((checks): readonly Block[] => (checks.length === 0 ? [] : [{ kind: 'checks', checks }])),
  ];
}

/** A reason that stands among the facts as the verdict on the canary is not said again. */
function saidOnce(one: Declined, { journal }: Release): Declined {
  const verdict = journal.state.deployment?.verdict?.data.reason;
  return one.as === 'deploy' && one.reason === verdict ? { ...one, reason: 'the canary, as above' } : one;
}

const VOID = 'the plan was changed after it was approved: the approval no longer counts';

function factsOf(release: Release, data: StatusData): readonly (readonly [string, string])[] {
  const { plan, state } = release.journal;
  const zone = plan.spec.window.timeZone;
  const facts: (readonly [string, string])[] = [
    ['window', formatWindow(plan.spec.window)],
    ['services', plan.spec.services.map((service) => service.name).join(', ')],
    ['review', reviewFact(release)],
  ];
  if (data.staging !== undefined && data.staging !== null) {
    const { environment, attempt, result, images } = data.staging;
    facts.push(['staging', `${environment}, attempt ${attempt} ${result}`]);
    for (const [service, shown] of stagedImages(images)) facts.push(['', `${service} ${shown}`]);
    if (result === 'completed') facts.push(['sign-offs', signoffsFact(release)]);
  }
  if (state.cab !== undefined && state.phase === 'submitted') {
    const votes = state.cab.votes.map((vote) => `${vote.actor} ${vote.data.decision}`);
    facts.push(['votes', votes.join(', ') || 'none yet']);
  }
  if (state.deployment?.verdict !== undefined) {
    const { verdict, reason } = state.deployment.verdict.data;
    facts.push(['canary', `${verdict}: ${reason}`]);
  }
  if (state.hypercare !== undefined) {
    const { until, closed } = state.hypercare;
    const ended = closed && `signed off by ${closed.actor} on ${formatMoment(timeOf(closed.at), zone)}`;
    facts.push(['hypercare', ended ?? `until ${formatMoment(timeOf(until), zone)}`]);
  }
  facts.push(...changeFacts(release));
  if (data.records !== undefined) {
    const { branch, offline } = data.records;
    facts.push(['records', offline === null ? branch : `${branch}, as it was known here: offline (${offline})`]);
  }
  if (release.signing.branch !== undefined) {
    facts.push(['approvals', `${data.approvals}; rules and keys of ${release.signing.branch}`]);
  }
  return facts;
}

/** What QA and Operations said of what is in staging, and who; a candidate that is staged anew needs both anew. */
function signoffsFact({ journal: { state } }: Release): string {
  const said = (who: string, signoff: (typeof state.signoffs)['qa']) =>
    `${who} ${signoff === undefined ? 'not yet' : `${signoff.data.decision} (${signoff.actor})`}`;
  return `${said('QA', state.signoffs.qa)}, ${said('Operations', state.signoffs.ops)}`;
}

/** When the review is or was held. Success is measured on what production runs, so what ended before it has none. */
function reviewFact({ journal: { plan, state }, policy }: Release): string {
  const { window } = plan.spec;
  if (state.review !== undefined) return `held on ${dateIn(timeOf(state.review.at), window.timeZone)}`;
  return REOPENABLE.includes(state.phase) || state.phase === 'frozen'
    ? `none: the release ${sayPhase(state.phase)}`
    : `on ${reviewDate(window, policy.leadDays.review)}`;
}

/** What people must know of the approvals: that they prove nothing, cannot be checked, or do not count. */
function signingChecks(signing: SigningFacts): readonly Check[] {
  const notice = unsignedNotice(signing);
  const { trouble } = signing;
  return [
    ...(notice === undefined ? [] : [{ state: 'warning' as const, text: notice }]),
    ...(trouble === undefined ? [] : [{ state: 'failed' as const, text: trouble.sentence, detail: trouble.command }]),
    ...signing.refused.map((one) => ({
      state: 'failed' as const,
      text: one.sentence,
      detail: `${one.who}: ${one.command}`,
    })),
  ];
}

function conditionCheck({ text, owner, due, closed, overdue }: StatusData['conditions'][number]): Check {
  const state = closed ? 'ok' : overdue ? 'failed' : 'pending';
  return { state, text, detail: `${owner}, ${overdue ? 'overdue since' : 'due'} ${due}` };
}

function undeliveredCheck({ topic, channels }: StatusData['undelivered'][number]): Check {
  const text = `notification ${topic} did not reach ${channels.join(', ')}; the next command tries again`;
  return { state: 'warning', text };
}

function refusalCheck({ sentence, who, command: next }: Refusal): Check {
  return { state: 'pending', text: sentence, detail: `${nameList(who)}: ${next}` };
}
