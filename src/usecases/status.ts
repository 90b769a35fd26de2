import type { Refusal, SigningFacts } from '../domain/gates/gate.ts';
import type { ReleaseState } from '../domain/history/state.ts';
import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import type { StatusData } from '../domain/outcome/status.ts';
import { nameList } from '../domain/people/people.ts';
import { isOverdue } from '../domain/process/conditions.ts';
import { declinedBy, sayDeclined } from '../domain/process/declined.ts';
import { type Phase, REOPENABLE, sayPhase, sayStanding } from '../domain/process/phases.ts';
import { blockers, looksAtOthers, nextActions } from '../domain/process/process.ts';
import { dateIn, formatMoment, formatWindow, reviewDate, timeOf, windowSpan } from '../domain/schedule/calendar.ts';
import { unsignedNotice } from '../domain/signing/notice.ts';
import { approvalsWord, isClaimed } from '../domain/signing/words.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { changeFacts, changeRecordOf } from './change-record/facts.ts';
import { findingChecks, type PlacedFinding, placed } from './planning/answer/findings.ts';
import type { Context, ReadingContext } from './release/context.ts';
import { goneFrom } from './release/doubts.ts';
import { openRelease, type Release } from './release/open.ts';
import { atWork } from './status/at-work.ts';
import { handedOver, handedOverCheck, whileHandedOver } from './status/handed-over.ts';
import { onceSubmitted } from './status/once-submitted.ts';

/**
 * Where a release stands, what blocks its next step, who can unblock it, and with which command.
 * @param whole opens git and the manifests, which only the findings of a plan ask for that is not approved yet
 */
export async function status(context: ReadingContext, id: string, whole?: () => Promise<Context>): Promise<Outcome> {
  const alone = await openRelease(context, id, { others: false });
  const read = looksAtOthers(alone.journal) ? await openRelease(context, id) : alone;
  const findings = await findingsOf(read, whole);
  const release: Release =
    findings === undefined ? read : { ...read, facts: (actor) => ({ ...read.facts(actor), findings }) };
  const { plan, state } = release.journal;
  const facts = release.facts();
  const refusals = blockers(facts);
  const [at, runner, gone] = await Promise.all([
    atWork(context, release),
    handedOver(context, release),
    goneFrom(context, plan, release.signing).then((one) => one.gone),
  ]);
  const { work } = at;
  // A pod that is about to take the place of another holds no lock, and lives.
  const orphan = runner?.lives === true ? null : at.orphan;
  const next =
    runner?.lives === true
      ? whileHandedOver(id, runner)
      : work === null || work === undefined
        ? nextActions(facts)
        : whileAtWork(id, work);
  const undelivered = state.outbox.filter((entry) => entry.channels.some((channel) => !entry.sent.includes(channel)));
  const span = windowSpan(plan.spec.window);
  const data: StatusData = {
    release: id,
    feature: plan.metadata.feature,
    phase: state.phase,
    simulated: state.simulated,
    signing: release.signing.facts.mode,
    approvals: gone.length > 0 ? 'not proved' : approvalsWord(release.signing),
    refusedApprovals: release.signing.facts.refused.map((one) => ({ ...one })),
    approvalVoid: isVoid(release),
    window: {
      start: new Date(span.start).toISOString(),
      end: new Date(span.end).toISOString(),
      timeZone: plan.spec.window.timeZone,
    },
    specDigest: plan.specDigest,
    blockers: refusals.map(({ gate, sentence, who, command, exceptionable }) => ({
      gate,
      sentence,
      who: [...who],
      command,
      exceptionable,
    })),
    next: next.map((action) => ({ ...action })),
    orphan,
    stopped: runner?.lives === true || (work !== null && work !== undefined) ? null : stoppedOf(state),
    work,
    runner,
    verdict: state.deployment?.verdict?.data.verdict ?? null,
    conditions: state.conditions.map((condition) => ({
      text: condition.text,
      owner: condition.owner,
      due: condition.due,
      closed: condition.closed,
      overdue: isOverdue(condition, context.clock.now(), plan.spec.window.timeZone),
    })),
    staging: stagingOf(context, release),
    hypercare: hypercareOf(state),
    changeRecord: changeRecordOf(release),
    undelivered: undelivered.map((entry) => ({
      topic: entry.topic,
      channels: entry.channels.filter((channel) => !entry.sent.includes(channel)),
    })),
    declined: declinedBy(state).map((one) => ({ ...one })),
    events: plan.events.length,
    ...(findings === undefined
      ? {}
      : { findings: findings.map(({ code, severity, at, problem, fix }) => ({ code, severity, at, problem, fix })) }),
    ...(context.records === undefined
      ? {}
      : { records: { branch: context.records.branch, offline: context.records.offline ?? null } }),
  };
  return {
    result: 'done',
    headline: `${plan.metadata.feature} (${id}) ${sayStanding(state)}${gone.length > 0 || isClaimed(release.signing) ? ', claimed: nothing proves it' : ''}`,
    blocks: [
      ...blocksOf(release, data, refusals),
      ...goneBlocks(gone, id),
      ...(findings === undefined || findings.length === 0
        ? []
        : [{ kind: 'checks' as const, checks: findingChecks(findings) }]),
      { kind: 'next', actions: next },
    ],
    data: { ...data },
    simulated: state.simulated,
  };
}

/** When the review is or was held. Success is measured on what production runs, so what ended before it has none. */
function reviewFact({ journal: { plan, state }, policy }: Release): string {
  const { window } = plan.spec;
  if (state.review !== undefined) return `held on ${dateIn(timeOf(state.review.at), window.timeZone)}`;
  return REOPENABLE.includes(state.phase) || state.phase === 'frozen'
    ? `none: the release ${sayPhase(state.phase)}`
    : `on ${reviewDate(window, policy.leadDays.review)}`;
}

function stoppedOf({ deployment }: ReleaseState): StatusData['stopped'] {
  if (deployment?.result !== 'rolling-back' || deployment.stopped === undefined) return null;
  const { code, reason, at } = deployment.stopped;
  return { code, reason, at };
}

/** Phases in which what is found of a plan is told: until the board has decided. */
const NOT_DECIDED: readonly Phase[] = ['draft', 'submitted'];

/** What `plan --check` finds. What cannot be looked at is a finding too: the rest of the status is still told. */
async function findingsOf(
  release: Release,
  whole: (() => Promise<Context>) | undefined,
): Promise<readonly PlacedFinding[] | undefined> {
  const { plan, state } = release.journal;
  if (whole === undefined || !NOT_DECIDED.includes(state.phase)) return undefined;
  try {
    const { observe } = await import('./planning/check/observe.ts');
    const context = await whole();
    const { findings } = await observe({ ...context, manifests: onceSubmitted(context, plan.id) }, release);
    // A plan that was remembered does not know its lines.
    const written = await context.store.load(plan.id);
    return findings.map((finding) => placed(written, finding));
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const { findings } = release.facts();
    const fix = error.hints[0] ?? command`relctl plan ${plan.id} --check`;
    const severity = error.code === 'config.unreviewed' ? ('warning' as const) : ('error' as const);
    const unseen = { code: error.code, severity, path: ['spec'], problem: error.message, fix };
    return [...findings, unseen].map((finding) => placed(plan, finding));
  }
}

function blocksOf(release: Release, data: StatusData, refusals: readonly Refusal[]): readonly Block[] {
  const { plan, state } = release.journal;
  const zone = plan.spec.window.timeZone;
  const { declined = [] } = data;
  const facts: (readonly [string, string])[] = [
    ['window', formatWindow(plan.spec.window)],
    ['services', plan.spec.services.map((service) => service.name).join(', ')],
    ['review', reviewFact(release)],
  ];
  if (data.staging !== undefined && data.staging !== null) {
    const { environment, attempt, result, images } = data.staging;
    const shown = Object.entries(images).map(([service, ids]) => `${service} ${ids.join(', ')}`);
    facts.push(['staging', [`${environment}, attempt ${attempt} ${result}`, ...shown].join('; ')]);
  }
  if (state.cab !== undefined && state.phase === 'submitted') {
    facts.push([
      'votes',
      state.cab.votes.map((vote) => `${vote.actor} ${vote.data.decision}`).join(', ') || 'none yet',
    ]);
  }
  if (state.deployment?.verdict !== undefined) {
    facts.push(['canary', `${state.deployment.verdict.data.verdict}: ${state.deployment.verdict.data.reason}`]);
  }
  if (state.hypercare !== undefined) {
    const { until, closed } = state.hypercare;
    facts.push([
      'hypercare',
      closed === undefined
        ? `until ${formatMoment(timeOf(until), zone)}`
        : `signed off by ${closed.actor} on ${formatMoment(timeOf(closed.at), zone)}`,
    ]);
  }
  facts.push(...changeFacts(release));
  if (data.records !== undefined) {
    const { branch, offline } = data.records;
    facts.push(['records', offline === null ? branch : `${branch}, as it was known here: offline (${offline})`]);
  }
  if (release.signing.branch !== undefined) {
    facts.push(['approvals', `${data.approvals}; rules and keys of ${release.signing.branch}`]);
  }
  return [
    { kind: 'facts', facts },
    ...(declined.length === 0
      ? []
      : [
          {
            kind: 'checks' as const,
            checks: declined.map((one) => ({ state: 'failed' as const, text: sayDeclined(one) })),
          },
        ]),
    ...signingBlocks(release.signing.facts),
    ...(data.approvalVoid
      ? [
          {
            kind: 'checks' as const,
            checks: [
              {
                state: 'failed' as const,
                text: 'the plan was changed after it was approved: the approval no longer counts',
              },
            ],
          },
        ]
      : []),
    ...(data.work === null || data.work === undefined
      ? []
      : [{ kind: 'checks' as const, checks: [{ state: 'pending' as const, text: data.work.sentence }] }]),
    ...(data.runner === null || data.runner === undefined
      ? []
      : [{ kind: 'checks' as const, checks: [handedOverCheck(data.runner)] }]),
    ...(data.stopped === null || data.stopped === undefined
      ? []
      : [
          {
            kind: 'checks' as const,
            checks: [{ state: 'failed' as const, text: `the rollback stands still: ${data.stopped.reason}` }],
          },
        ]),
    ...(data.orphan === null
      ? []
      : [{ kind: 'checks' as const, checks: [{ state: 'warning' as const, text: data.orphan.sentence }] }]),
    ...(data.conditions.length === 0
      ? []
      : [
          {
            kind: 'checks' as const,
            checks: data.conditions.map((condition) => ({
              state: condition.closed
                ? ('ok' as const)
                : condition.overdue
                  ? ('failed' as const)
                  : ('pending' as const),
              text: condition.text,
              detail: `${condition.owner}, ${condition.overdue ? 'overdue since' : 'due'} ${condition.due}`,
            })),
          },
        ]),
    ...(data.undelivered.length === 0
      ? []
      : [
          {
            kind: 'checks' as const,
            checks: data.undelivered.map((entry) => ({
              state: 'warning' as const,
              text: `notification ${entry.topic} did not reach ${entry.channels.join(', ')}; the next command tries again`,
            })),
          },
        ]),
    ...(refusals.length === 0
      ? []
      : [
          {
            kind: 'checks' as const,
            checks: refusals.map((refusal) => ({
              state: 'pending' as const,
              text: refusal.sentence,
              detail: `${nameList(refusal.who)}: ${refusal.command}`,
            })),
          },
        ]),
  ];
}

/** Nobody takes the work of a run that lives: it is looked at, or stopped where it runs. */
function whileAtWork(id: string, work: NonNullable<StatusData['work']>): ReturnType<typeof nextActions> {
  const stop = `Ctrl-C on ${work.host} holds it, and asks whether to go on or back`;
  const why = work.lives
    ? stop
    : `if nobody works there any more, --resume waits until its lock has run out; else ${stop}`;
  return [
    { who: work.who, command: work.lives ? command`relctl status ${id}` : command`relctl deploy ${id} --resume`, why },
  ];
}

/** What was signed, is gone, and would say how the release stands. */
function goneBlocks(gone: readonly string[], id: string): readonly Block[] {
  if (gone.length === 0) return [];
  const detail = command`relctl audit ${id}`;
  return [{ kind: 'checks', checks: gone.map((text) => ({ state: 'failed' as const, text, detail })) }];
}

/** What people must know of the approvals: that they prove nothing, cannot be checked, or do not count. */
function signingBlocks(signing: SigningFacts): readonly Block[] {
  const notice = unsignedNotice(signing);
  const checks = [
    ...(notice === undefined ? [] : [{ state: 'warning' as const, text: notice }]),
    ...(signing.trouble === undefined
      ? []
      : [{ state: 'failed' as const, text: signing.trouble.sentence, detail: signing.trouble.command }]),
    ...signing.refused.map((one) => ({
      state: 'failed' as const,
      text: one.sentence,
      detail: `${one.who}: ${one.command}`,
    })),
  ];
  return checks.length === 0 ? [] : [{ kind: 'checks', checks }];
}

/** What is staged, and where. */
function stagingOf(
  { config }: Pick<ReadingContext, 'config'>,
  { journal }: Release,
): NonNullable<StatusData['staging']> | null {
  const { stage, signoffs } = journal.state;
  if (stage === undefined) return null;
  const { host, context, namespace } = config.environments.staging;
  const decided = (role: 'qa' | 'ops') => signoffs[role]?.data.decision ?? null;
  return {
    environment: host ?? `${context}/${namespace}`,
    attempt: stage.attempt,
    result: stage.result,
    at: stage.at,
    commit: stage.commit,
    images: Object.fromEntries(Object.entries(stage.images).map(([service, ids]) => [service, [...ids]])),
    signoffs: { qa: decided('qa'), ops: decided('ops') },
  };
}

/** Hypercare and its end; null before it began. */
function hypercareOf({ hypercare }: ReleaseState): NonNullable<StatusData['hypercare']> | null {
  if (hypercare === undefined) return null;
  const { until, closed } = hypercare;
  return { until, signedOff: closed === undefined ? null : { by: closed.actor, at: closed.at } };
}

function isVoid(release: Release): boolean {
  const { plan, state } = release.journal;
  return state.phase !== 'draft' && state.cab !== undefined && state.cab.specDigest !== plan.specDigest;
}
