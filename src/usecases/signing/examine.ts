import { timeOf } from '../../domain/schedule/calendar.ts';
import { actOf, mustBeSigned, signatureOf } from '../../domain/signing/acts.ts';
import { countPeople, type HeldAct } from '../../domain/signing/count-people.ts';
import { examineSigner, type Fault } from '../../domain/signing/examine-signer.ts';
import { examineStatement } from '../../domain/signing/examine-statement.ts';
import { type Standing, standingOf } from '../../domain/signing/standing.ts';
import { readStatement } from '../../domain/signing/statement.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import { type Examination, examinationOf } from '../../domain/signing/verdicts.ts';
import { RelctlError } from '../../errors.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { SigningGround } from '../release/context.ts';
import { revokedKeys, trustAt } from './trust.ts';

/**
 * Examines every signed act of a history against the protected branch of today (or, for what a finished deployment counted, of
 * then), with ssh-keygen for the signatures. Offline.
 * @param tip rules and keys at the tip of the protected branch
 * @param now milliseconds since the epoch
 */
export async function examineHistory(
  context: SigningGround,
  plan: Pick<ReleasePlan, 'id' | 'metadata' | 'spec' | 'specDigest' | 'textDigest' | 'events'>,
  tip: Trust,
  now: number,
): Promise<Examination> {
  const { events } = plan;
  const revoked = await revokedKeys(context.protectedBranch, tip);
  const trusts = new Trusts(context, tip);
  const faults = new Map<number, Fault>();
  const held: HeldAct[] = [];
  for (const [index, event] of events.entries()) {
    if (actOf(event) === undefined) continue;
    const found = await examineEvent({ context, plan, tip, trusts, revoked, now }, event, index);
    if ('code' in found) faults.set(index, found);
    else held.push(found);
  }
  const { policy } = (await trusts.of(endedDeployment(events))) ?? tip;
  for (const [index, fault] of countPeople(events, held, policy, await contributorsOf(context, plan))) {
    faults.set(index, fault);
  }
  const signed = held.filter((one) => one.fingerprint !== undefined && !faults.has(one.index)).length;
  return examinationOf(plan, policy, faults, signed);
}

interface Examining {
  readonly context: SigningGround;
  readonly plan: Parameters<typeof examineHistory>[1];
  readonly tip: Trust;
  readonly trusts: Trusts;
  readonly revoked: Uint8Array | undefined;
  readonly now: number;
}

async function examineEvent(on: Examining, event: RecordedEvent, index: number): Promise<HeldAct | Fault> {
  const { plan, tip, trusts, now } = on;
  const act = actOf(event) ?? 'exception';
  const standing = standingOf(plan.events, index);
  if (event.simulated === true) return { code: 'simulated', detail: `event ${event.seq}` };
  const signature = signatureOf(event);
  if (signature === undefined) {
    const rules = await rulesForUnsigned(on, standing);
    return rules !== undefined && mustBeSigned(act, rules.policy)
      ? { code: 'signature-missing', detail: `event ${event.seq}` }
      : { index, fingerprint: undefined };
  }
  const claimed = readStatement(signature.statement);
  const named =
    typeof claimed === 'string'
      ? undefined
      : await trusts.of(claimed.predicate.policy.commit, claimed.predicate.policy.process);
  const trust =
    standing.kind === 'live'
      ? tip
      : standing.kind === 'used'
        ? ((await trusts.of(standing.trust)) ?? tip)
        : (named ?? tip);
  const usedAt = standing.kind === 'live' ? now : standing.kind === 'used' ? timeOf(standing.at) : undefined;
  const read = examineSigner(event, signature, act, trust.signers, usedAt);
  if ('code' in read) return read;
  const verified = await on.context.signer.verify({
    statement: signature.statement,
    signature: signature.signature,
    namespace: signature.namespace,
    principal: event.actor,
    at: timeOf(event.at),
    allowedSigners: trust.allowedSigners,
    revoked: on.revoked,
  });
  if (verified === 'revoked') return { code: 'key-revoked', detail: read.fingerprint };
  if (verified === 'bad') return { code: 'statement-not-signed', detail: `event ${event.seq}, ${read.fingerprint}` };
  const fault = examineStatement(read.statement, {
    plan,
    events: plan.events,
    index,
    act,
    standing,
    trust,
    named,
    now,
  });
  return fault ?? { index, fingerprint: read.fingerprint };
}

/** The rules that say whether an act had to be signed; `undefined` for what is void, or was over before signing was asked for. */
async function rulesForUnsigned(on: Examining, standing: Standing): Promise<Trust | undefined> {
  if (standing.kind === 'superseded') return undefined;
  const { events } = on.plan;
  if (standing.kind === 'live' || !isEnded(events)) return on.tip;
  return on.trusts.of(endedDeployment(events));
}

/** Rules at commits of the protected branch, each read once; `undefined` for a commit that never stood on it. */
class Trusts {
  readonly #context: SigningGround;
  readonly #tip: Trust;
  readonly #read = new Map<string, Promise<Trust | undefined>>();

  constructor(context: SigningGround, tip: Trust) {
    this.#context = context;
    this.#tip = tip;
  }

  async of(commit: string | undefined, process = this.#tip.process): Promise<Trust | undefined> {
    if (commit === undefined) return undefined;
    if (commit === this.#tip.commit && process === this.#tip.process) return this.#tip;
    const key = `${commit} ${process}`;
    const known = this.#read.get(key) ?? this.#load(commit, process);
    this.#read.set(key, known);
    return known;
  }

  async #load(commit: string, process: string): Promise<Trust | undefined> {
    const { protectedBranch } = this.#context;
    if (!(await protectedBranch.contains(this.#tip.commit, commit))) return undefined;
    return trustAt(protectedBranch, commit, process);
  }
}

function isEnded(events: readonly RecordedEvent[]): boolean {
  const last = events.findLastIndex((one) => one.type === 'deploy.started' || one.type === 'plan.reopened');
  return (
    events[last]?.type === 'deploy.started' &&
    events.slice(last).some((one) => one.type === 'deploy.completed' || one.type === 'rollback.completed')
  );
}

/** The commit whose rules the last deployment was begun under, where it has ended. */
function endedDeployment(events: readonly RecordedEvent[]): string | undefined {
  if (!isEnded(events)) return undefined;
  const started = events.findLast((one) => one.type === 'deploy.started');
  return started?.type === 'deploy.started' ? started.data.trust?.commit : undefined;
}

/** Addresses with a hand in the candidate; `undefined` when its commits are not in this clone. */
export async function contributorsOf(
  context: Pick<SigningGround, 'repository'>,
  plan: Pick<ReleasePlan, 'spec'>,
): Promise<readonly string[] | undefined> {
  const { base, commit } = plan.spec.candidate;
  try {
    const found = await context.repository.authors(base, commit);
    return [...found.authors, ...found.committers, ...found.coAuthors];
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'repo.no-such-commit') return undefined;
    throw error;
  }
}
