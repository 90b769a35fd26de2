import { reopenedInVain } from '../../domain/history/fold.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import {
  actOf,
  isApproval,
  isNamedByItsEnd,
  mustBeSigned,
  signatureOf,
  signerOf,
  standsUnsigned,
  staysUnproved,
} from '../../domain/signing/acts.ts';
import { countPeople, type HeldAct } from '../../domain/signing/count-people.ts';
import { examineSigner, type Fault } from '../../domain/signing/examine-signer.ts';
import { examineStatement } from '../../domain/signing/examine-statement.ts';
import { type Standing, standingsOf } from '../../domain/signing/standing.ts';
import { readStatement } from '../../domain/signing/statement.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import { type Examination, examinationOf } from '../../domain/signing/verdicts.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { RecordedEvent, RecordedSignature } from '../../plan/events.ts';
import type { SignedAct } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { SigningGround } from '../release/context.ts';
import { contributorsOf } from './contributors.ts';
import { findEnded } from './ended.ts';
import { mergedHashes } from './merged-hashes.ts';
import { revokedKeys } from './trust.ts';
import { Trusts } from './trusts.ts';

/**
 * Examines every signed act of a history with ssh-keygen, offline: what a step forward may rest on against the protected branch of today,
 * what a deployment that is proved to have ended had counted against that of then.
 * @param tip rules and keys at the tip of the protected branch
 * @param now milliseconds since the epoch
 */
export async function examineHistory(
  context: SigningGround,
  plan: Pick<ReleasePlan, 'id' | 'file' | 'metadata' | 'spec' | 'specDigest' | 'textDigest' | 'events'>,
  tip: Trust,
  now: number,
): Promise<Examination> {
  const events = countedEvents(plan.events, 'real');
  const revoked = await revokedKeys(context.protectedBranch, tip);
  const trusts = new Trusts(context, tip);
  const on: Examining = {
    context,
    plan,
    tip,
    trusts,
    revoked,
    now,
    merged: mergedHashes(context, plan, tip),
    verified: new Map(),
  };
  const ended = await findEnded(
    events,
    async (_event, index) => {
      // Which of those before it hold is not known yet: the date of each that says that it is signed has to fit.
      const claimed = events.slice(0, index).filter((one) => signatureOf(one) !== undefined);
      return isSignedAndHolds(await examineEvent(on, events, index, { kind: 'done' }, claimed));
    },
    async (hash) => (await on.merged()).has(hash),
  );
  const { policy } = (await trusts.of(ended?.trust)) ?? tip;
  // Who made the candidate matters for approvals alone; a page about many drafts asks for none of them.
  const contributors = events.some(approves) ? await contributorsOf(context, plan, tip.commit) : undefined;
  const faults = new Map<number, Fault>();
  const vain = new Set<number>();
  for (;;) {
    // What was found not to hold voids nothing: what it seemed to supersede is looked at again, until nothing more falls.
    const fallen = new Set([...fallenOf(events, faults), ...vain]);
    const standingAt = standingsOf(events, ended, fallen);
    const held = await examineActs(on, events, fallen, faults, standingAt);
    for (const [index, fault] of countPeople(events, held, policy, contributors, standingAt)) faults.set(index, fault);
    const signed = held.filter((one) => one.fingerprint !== undefined && !faults.has(one.index));
    const hashes = new Set(signed.map((one) => events[one.index]?.hash ?? ''));
    const proved = new Set([...hashes, ...(await endsThatNeedNone(on, events))]);
    const now = new Set([...fallenOf(events, faults), ...vain]);
    const holding = events.filter((_, index) => !now.has(index));
    for (const event of reopenedInVain(holding, (one) => proved.has(one.hash))) vain.add(events.indexOf(event));
    if (new Set([...now, ...vain]).size > fallen.size) continue;
    return examinationOf({ spec: plan.spec, events }, policy, {
      faults,
      vain,
      signed: hashes,
      proved,
      standingAt,
    });
  }
}

function approves(event: RecordedEvent): boolean {
  const act = actOf(event);
  return act !== undefined && isApproval(act);
}

/** Ends of deployments that are believed without a signature: the policy asks for none, or they were merged into the protected branch. */
async function endsThatNeedNone(on: Examining, events: readonly RecordedEvent[]): Promise<readonly string[]> {
  const ends = events.filter((event) => ENDS.includes(event.type) && signatureOf(event) === undefined);
  if (ends.length === 0) return [];
  const merged = mustBeSigned('deploy', on.tip.policy) ? await on.merged() : undefined;
  return ends.map(({ hash }) => hash).filter((hash) => merged?.has(hash) !== false);
}

const ENDS: readonly RecordedEvent['type'][] = ['deploy.completed', 'rollback.completed', 'release.frozen'];

/** Places of what the state of a release leaves out. Records of what was done, and what keeps a release back, stay in it, proved or not. */
function fallenOf(events: readonly RecordedEvent[], faults: ReadonlyMap<number, Fault>): ReadonlySet<number> {
  const isLeftOut = (index: number) => !staysUnproved(events[index] as RecordedEvent);
  return new Set([...faults.keys()].filter(isLeftOut));
}

/** Examines every act that has not fallen, and puts the faults to the others. */
async function examineActs(
  on: Examining,
  events: readonly RecordedEvent[],
  fallen: ReadonlySet<number>,
  faults: Map<number, Fault>,
  standingAt: (index: number) => Standing,
): Promise<readonly HeldAct[]> {
  const held: HeldAct[] = [];
  const standing = events.filter((_, index) => !fallen.has(index));
  const proved: RecordedEvent[] = [];
  for (const [place, event] of standing.entries()) {
    if (actOf(event) === undefined) continue;
    const index = events.indexOf(event);
    const found = await examineEvent(on, standing, place, standingAt(index), proved);
    if ('code' in found) faults.set(index, found);
    else {
      faults.delete(index);
      held.push({ ...found, index });
      if (found.fingerprint !== undefined) proved.push(event);
    }
  }
  return held;
}

type Verified = Awaited<ReturnType<SigningGround['signer']['verify']>>;

interface Examining {
  readonly context: SigningGround;
  readonly plan: Parameters<typeof examineHistory>[1];
  readonly tip: Trust;
  readonly trusts: Trusts;
  readonly revoked: Uint8Array | undefined;
  readonly now: number;
  /** What ssh-keygen said of a signature under the rules of a commit. */
  readonly verified: Map<string, Promise<Verified>>;
  /** Hashes of the events that stand in the plan on the protected branch. */
  readonly merged: () => Promise<ReadonlySet<string>>;
}

function isSignedAndHolds(found: HeldAct | Fault): boolean {
  return !('code' in found) && found.fingerprint !== undefined;
}

async function examineEvent(
  on: Examining,
  events: readonly RecordedEvent[],
  index: number,
  standing: Standing,
  proved: readonly RecordedEvent[],
): Promise<HeldAct | Fault> {
  const { plan, tip, trusts, now } = on;
  const event = events[index] as RecordedEvent;
  const act = actOf(event) ?? 'exception';
  if (event.simulated === true) return { code: 'simulated', detail: `event ${event.seq}` };
  const signature = signatureOf(event);
  if (signature === undefined) {
    const isFree = standsUnsigned(event) || isNamedByItsEnd(events, index);
    return !isFree && (await hadToBeSigned(on, event, act, standing))
      ? { code: 'signature-missing', detail: `event ${event.seq}` }
      : { index, fingerprint: undefined };
  }
  const claimed = readStatement(signature.statement);
  const named =
    typeof claimed === 'string'
      ? undefined
      : await trusts.of(claimed.predicate.policy.commit, claimed.predicate.policy.process);
  const trust = (await rulesOf(on, standing, named)) ?? tip;
  const usedAt = standing.kind === 'live' ? now : standing.kind === 'used' ? timeOf(standing.at) : undefined;
  const read = examineSigner(event, signature, act, trust.signers, usedAt);
  if ('code' in read) return read;
  const verified = await verify(on, event, signature, trust);
  if (verified === 'revoked') return { code: 'key-revoked', detail: read.fingerprint };
  if (verified === 'bad') return { code: 'statement-not-signed', detail: `event ${event.seq}, ${read.fingerprint}` };
  const isOver = standing.kind === 'used' || standing.kind === 'done';
  const fault = examineStatement(read.statement, {
    plan,
    events,
    index,
    chain: plan.events,
    proved,
    act,
    standing,
    trust,
    named,
    inForce: named === undefined || !isOver || (await trusts.wereInForce(named, timeOf(event.at))),
    now,
  });
  return fault ?? { index, fingerprint: read.fingerprint };
}

function verify(
  { context, revoked, verified }: Examining,
  event: RecordedEvent,
  { statement, signature, namespace }: RecordedSignature,
  { commit, allowedSigners }: Trust,
): Promise<Verified> {
  const key = `${event.hash} ${commit}`;
  const known = verified.get(key);
  if (known !== undefined) return known;
  const [principal, at] = [signerOf(event), timeOf(event.at)];
  const asked = context.signer.verify({ statement, signature, namespace, principal, at, allowedSigners, revoked });
  verified.set(key, asked);
  return asked;
}

/** The rules under which an act must hold: those of today for what a step forward rests on, else those of then. */
async function rulesOf(
  { trusts }: Examining,
  standing: Standing,
  named: Trust | undefined,
): Promise<Trust | undefined> {
  if (standing.kind === 'live') return undefined;
  if (standing.kind !== 'used') return named;
  const then = await trusts.of(standing.trust);
  return then !== undefined && (await trusts.wereInForce(then, timeOf(standing.at))) ? then : undefined;
}

/**
 * Whether an act without a signature counts for nothing: it does where the rules ask for one. What is void anyway is let be, and so is
 * what was over and merged into the protected branch before anybody asked. An exception is never void whole: the state keeps it when the plan is
 * reopened, and pages show it.
 */
async function hadToBeSigned(
  on: Examining,
  event: RecordedEvent,
  act: SignedAct,
  standing: Standing,
): Promise<boolean> {
  const isVoid = standing.kind === 'superseded' && act !== 'exception';
  if (isVoid || !mustBeSigned(act, on.tip.policy)) return false;
  return standing.kind === 'live' || !(await on.merged()).has(event.hash);
}
