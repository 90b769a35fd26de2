import type { Refusal } from '../../domain/gates/gate.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import type { NextAction } from '../../domain/outcome/outcome.ts';
import type { StatusData } from '../../domain/outcome/status.ts';
import { isOverdue } from '../../domain/process/conditions.ts';
import { declinedBy } from '../../domain/process/declined.ts';
import { windowSpan } from '../../domain/schedule/calendar.ts';
import { approvalsWord } from '../../domain/signing/words.ts';
import { changeRecordOf } from '../change-record/facts.ts';
import type { PlacedFinding } from '../planning/answer/findings.ts';
import type { ReadingContext } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import type { AtWork } from './at-work.ts';

/** What `status` found out beside what the history says. */
export interface Looked extends AtWork {
  readonly runner: StatusData['runner'];
  readonly refusals: readonly Refusal[];
  readonly next: readonly NextAction[];
  /** True when something that was signed is gone. */
  readonly lacksActs: boolean;
  readonly findings: readonly PlacedFinding[] | undefined;
}

/** The documented object of `relctl status <id> --json`. */
export function statusData(context: ReadingContext, release: Release, looked: Looked): StatusData {
  const { plan, state } = release.journal;
  const { runner, work, orphan, findings } = looked;
  const undelivered = state.outbox.filter((entry) => entry.channels.some((channel) => !entry.sent.includes(channel)));
  const span = windowSpan(plan.spec.window);
  return {
    release: plan.id,
    feature: plan.metadata.feature,
    phase: state.phase,
    simulated: state.simulated,
    signing: release.signing.facts.mode,
    approvals: looked.lacksActs ? 'not proved' : approvalsWord(release.signing),
    refusedApprovals: release.signing.facts.refused.map((one) => ({ ...one })),
    approvalVoid: isVoid(release),
    window: {
      start: new Date(span.start).toISOString(),
      end: new Date(span.end).toISOString(),
      timeZone: plan.spec.window.timeZone,
    },
    specDigest: plan.specDigest,
    blockers: looked.refusals.map(({ gate, sentence, who, command, exceptionable }) => ({
      gate,
      sentence,
      who: [...who],
      command,
      exceptionable,
    })),
    next: looked.next.map((action) => ({ ...action })),
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
}

function stoppedOf({ deployment }: ReleaseState): StatusData['stopped'] {
  if (deployment?.result !== 'rolling-back' || deployment.stopped === undefined) return null;
  const { code, reason, at } = deployment.stopped;
  return { code, reason, at };
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
