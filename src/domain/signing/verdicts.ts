import type { EventOf, RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { WITHOUT_SIGNATURE } from '../../plan/unsigned.ts';
import { command } from '../../text/command-line.ts';
import type { AuditFinding } from '../history/audit.ts';
import { foldState } from '../history/fold.ts';
import { boardTally, decisionNow } from '../process/tally.ts';
import { actOf, staysUnproved, titleOf } from './acts.ts';
import type { Fault } from './examine-signer.ts';
import { SIGNATURE_FAULTS } from './faults.ts';
import { type Objection, objectionRemedy, objectionsOf } from './objections.ts';
import type { RefusedAct } from './refused-act.ts';
import { remedyOf } from './remedy.ts';
import type { Standing } from './standing.ts';

/** What the examination of a whole history came to. */
export interface Examination {
  /** How many acts carry a signature that holds. */
  readonly held: number;
  /** Hashes of these acts: the only events that any page may call signed. */
  readonly signed: ReadonlySet<string>;
  /** These, and the ends of deployments that nobody has to sign. */
  readonly proved: ReadonlySet<string>;
  readonly refused: readonly RefusedAct[];
  /** Hashes of the events that the state of the release leaves out: refused acts, and decisions that only they founded. */
  readonly leftOut: ReadonlySet<string>;
  /** Decisions that do not follow from the votes that count. */
  readonly unfounded: readonly EventOf<'cab.decided'>[];
  /** What says no and is not proved. */
  readonly objections: readonly Objection[];
}

/** What was found, act by act; places are those of the events that count. */
interface Examined {
  readonly faults: ReadonlyMap<number, Fault>;
  /** Places of reopenings that change nothing. */
  readonly vain: ReadonlySet<number>;
  /** Hashes of the acts whose signature holds. */
  readonly signed: ReadonlySet<string>;
  /** These, and the ends of deployments that nobody has to sign. */
  readonly proved: ReadonlySet<string>;
  readonly standingAt: (index: number) => Standing;
}

/**
 * Puts the faults that were found together: what is left out of the state, and which decisions fall with it.
 * @param plan with the events that count
 */
export function examinationOf(
  plan: Pick<ReleasePlan, 'spec' | 'events'>,
  policy: Policy,
  { faults, vain, signed, proved, standingAt }: Examined,
): Examination {
  const refused = [...faults].map(([index, fault]) => refusedAct(plan.events, index, fault, standingAt(index)));
  // What a record says of production may be true although nothing proves it: it keeps steps forward shut, and a way back open.
  const fallen = [...faults.keys()].flatMap((index) => plan.events[index] ?? []);
  const leftOut = new Set([
    ...fallen.filter((event) => !staysUnproved(event)).map((event) => event.hash),
    ...[...vain].flatMap((index) => plan.events[index]?.hash ?? []),
  ]);
  const unfounded: EventOf<'cab.decided'>[] = [];
  for (const [index, event] of plan.events.entries()) {
    if (event.type !== 'cab.decided' || isFounded(plan, policy, { leftOut, proved }, index)) continue;
    unfounded.push(event);
    leftOut.add(event.hash);
  }
  return {
    held: signed.size,
    signed,
    proved,
    refused,
    leftOut,
    unfounded,
    objections: objectionsOf(plan.events, { refused, unfounded, leftOut, standingAt }),
  };
}

function refusedAct(
  events: readonly RecordedEvent[],
  index: number,
  fault: Fault,
  { kind: standing }: Standing,
): RefusedAct {
  const event = events[index] as RecordedEvent;
  const act = actOf(event) ?? 'exception';
  const { seq, hash, type, actor } = event;
  return { seq, hash, type, act, actor, standing, fault };
}

/** True when a decision follows from the votes that count; those of earlier rounds are void whatever they say. */
function isFounded(
  plan: Pick<ReleasePlan, 'spec' | 'events'>,
  policy: Policy,
  { leftOut, proved }: Pick<Examination, 'leftOut' | 'proved'>,
  index: number,
): boolean {
  const isVoid = plan.events
    .slice(index + 1)
    .some((one) => (one.type === 'cab.submitted' || one.type === 'plan.reopened') && !leftOut.has(one.hash));
  if (isVoid) return true;
  const decided = plan.events[index] as EventOf<'cab.decided'>;
  const state = foldState(
    plan.events.slice(0, index).filter((one) => !leftOut.has(one.hash)),
    'real',
    (event) => proved.has(event.hash),
  );
  const { authors, seatless } = state;
  const counted = boardTally(state.cab?.votes ?? [], { spec: plan.spec, authors, seatless, policy });
  return decisionNow(counted, state.cab?.decision?.data.decision) === decided.data.decision;
}

/**
 * What was seen after the deployment, says no and was changed since it was signed: it stays in the state, but nobody knows what it said. That it
 * was never signed, or that its key was revoked since, is no sign of that.
 */
export function spoiltOf({ refused, leftOut }: Pick<Examination, 'refused' | 'leftOut'>): readonly RefusedAct[] {
  return refused.filter(
    ({ act, standing, hash, fault: { code } }) =>
      act === 'outcome' &&
      standing !== 'superseded' &&
      !leftOut.has(hash) &&
      code !== 'signature-missing' &&
      code !== 'key-revoked',
  );
}

/** A refused act as one sentence. */
export function faultSentence(refused: Pick<RefusedAct, 'type' | 'act' | 'actor' | 'fault'>): string {
  const { type, act, actor, fault } = refused;
  // What takes something back keeps a release back, proved or not.
  const isKept = WITHOUT_SIGNATURE[type] === 'takes back';
  return `the ${titleOf(type, act)} of ${actor} ${isKept ? 'is not proved' : 'does not count'}: ${SIGNATURE_FAULTS[fault.code]} (${fault.detail})`;
}

/** The findings of an audit about signatures. What is void anyway is no error unless it was forged. */
export function signatureFindings(
  plan: Pick<ReleasePlan, 'id' | 'file' | 'spec'>,
  examination: Examination,
): readonly AuditFinding[] {
  return [
    ...examination.refused.map((one) => ({
      code: one.fault.code,
      severity: 'error' as const,
      seq: one.seq,
      problem: faultSentence(one),
      fix: fixOf(plan, one),
    })),
    ...examination.unfounded.map((decided) => ({
      code: 'decision-unfounded',
      severity: 'error' as const,
      seq: decided.seq,
      problem: `the recorded decision (${decided.data.decision}) does not follow from the votes that count`,
      fix: `${command`relctl plan ${plan.id} --reopen "<reason>"`}, then submit it and vote again`,
    })),
    ...examination.objections.map(({ event, sentence }) => ({
      code: 'objection-not-proved',
      severity: 'error' as const,
      seq: event.seq,
      problem: sentence,
      fix: `${objectionRemedy(plan).who}: ${objectionRemedy(plan).command}`,
    })),
  ];
}

function fixOf(plan: Pick<ReleasePlan, 'id' | 'file' | 'spec'>, refused: RefusedAct): string {
  if (refused.standing !== 'live') return `${command`git log -p -- ${plan.file}`} shows who recorded it`;
  const remedy = remedyOf(plan, refused);
  return `${remedy.who}: ${remedy.command}`;
}
