import { timeOf } from '../../domain/schedule/calendar.ts';
import { actOf, mustBeSigned, signatureOf, signerOf } from '../../domain/signing/acts.ts';
import { countPeople, type HeldAct } from '../../domain/signing/count-people.ts';
import { examineSigner, type Fault } from '../../domain/signing/examine-signer.ts';
import { examineStatement } from '../../domain/signing/examine-statement.ts';
import { type Standing, standingsOf } from '../../domain/signing/standing.ts';
import { readStatement } from '../../domain/signing/statement.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import { type Examination, examinationOf } from '../../domain/signing/verdicts.ts';
import { RelctlError } from '../../errors.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { SignedAct } from '../../plan/policy.ts';
import { parseReleasePlan, type ReleasePlan } from '../../plan/release-plan.ts';
import type { SigningGround } from '../release/context.ts';
import { contributorsOf } from './contributors.ts';
import { findEnded } from './ended.ts';
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
  const { events } = plan;
  const revoked = await revokedKeys(context.protectedBranch, tip);
  const trusts = new Trusts(context, tip);
  const on: Examining = { context, plan, tip, trusts, revoked, now, merged: mergedHashes(context, plan, tip) };
  const ended = await findEnded(
    events,
    async (event, index) => isSignedAndHolds(await examineEvent(on, event, index, { kind: 'done' })),
    async (hash) => (await on.merged()).has(hash),
  );
  const standingAt = standingsOf(events, ended);
  const faults = new Map<number, Fault>();
  const held: HeldAct[] = [];
  for (const [index, event] of events.entries()) {
    if (actOf(event) === undefined) continue;
    const found = await examineEvent(on, event, index, standingAt(index));
    if ('code' in found) faults.set(index, found);
    else held.push(found);
  }
  const { policy } = (await trusts.of(ended?.trust)) ?? tip;
  for (const [index, fault] of countPeople(
    events,
    held,
    policy,
    await contributorsOf(context, plan, tip.commit),
    standingAt,
  )) {
    faults.set(index, fault);
  }
  const signed = held.filter((one) => one.fingerprint !== undefined && !faults.has(one.index));
  const hashes = new Set(signed.map((one) => events[one.index]?.hash ?? ''));
  return examinationOf(plan, policy, faults, hashes, standingAt);
}

interface Examining {
  readonly context: SigningGround;
  readonly plan: Parameters<typeof examineHistory>[1];
  readonly tip: Trust;
  readonly trusts: Trusts;
  readonly revoked: Uint8Array | undefined;
  readonly now: number;
  /** Hashes of the events that stand in the plan on the protected branch. */
  readonly merged: () => Promise<ReadonlySet<string>>;
}

function isSignedAndHolds(found: HeldAct | Fault): boolean {
  return !('code' in found) && found.fingerprint !== undefined;
}

async function examineEvent(
  on: Examining,
  event: RecordedEvent,
  index: number,
  standing: Standing,
): Promise<HeldAct | Fault> {
  const { plan, tip, trusts, now } = on;
  const act = actOf(event) ?? 'exception';
  if (event.simulated === true) return { code: 'simulated', detail: `event ${event.seq}` };
  const signature = signatureOf(event);
  if (signature === undefined) {
    return (await hadToBeSigned(on, event, act, standing))
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
  const verified = await on.context.signer.verify({
    statement: signature.statement,
    signature: signature.signature,
    namespace: signature.namespace,
    principal: signerOf(event),
    at: timeOf(event.at),
    allowedSigners: trust.allowedSigners,
    revoked: on.revoked,
  });
  if (verified === 'revoked') return { code: 'key-revoked', detail: read.fingerprint };
  if (verified === 'bad') return { code: 'statement-not-signed', detail: `event ${event.seq}, ${read.fingerprint}` };
  const isOver = standing.kind === 'used' || standing.kind === 'done';
  const fault = examineStatement(read.statement, {
    plan,
    events: plan.events,
    index,
    act,
    standing,
    trust,
    named,
    inForce: named === undefined || !isOver || (await trusts.wereInForce(named, timeOf(event.at))),
    now,
  });
  return fault ?? { index, fingerprint: read.fingerprint };
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
 * what was over and merged into the protected branch before anybody asked.
 */
async function hadToBeSigned(
  on: Examining,
  event: RecordedEvent,
  act: SignedAct,
  standing: Standing,
): Promise<boolean> {
  if (standing.kind === 'superseded' || !mustBeSigned(act, on.tip.policy)) return false;
  return standing.kind === 'live' || !(await on.merged()).has(event.hash);
}

/** Hashes of the events in the plan as the protected branch has it, read when they are asked for. */
export function mergedHashes(
  { protectedBranch }: SigningGround,
  { id, file }: Pick<ReleasePlan, 'id' | 'file'>,
  tip: Pick<Trust, 'commit'>,
): () => Promise<ReadonlySet<string>> {
  let read: Promise<ReadonlySet<string>> | undefined;
  const load = async (): Promise<ReadonlySet<string>> => {
    const bytes = await protectedBranch.read(tip.commit, file);
    try {
      return new Set(bytes === undefined ? [] : parseReleasePlan(bytes, file, id).events.map((event) => event.hash));
    } catch (error) {
      if (error instanceof RelctlError) return new Set();
      throw error;
    }
  };
  return () => {
    read ??= load();
    return read;
  };
}
