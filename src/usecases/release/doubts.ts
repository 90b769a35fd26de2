import type { ReleaseState } from '../../domain/history/state.ts';
import { actOf, saysNo } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import { datedAhead } from '../../plan/order/dates.ts';
import type { OrderFault } from '../../plan/order/fault.ts';
import { findHistoryFaults, findOrderFaults } from '../../plan/order/order.ts';
import type { SignedAct } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { WITHOUT_SIGNATURE } from '../../plan/unsigned.ts';
import type { Signing } from '../signing/signing.ts';
import { trustAt } from '../signing/trust.ts';
import type { Context } from './context.ts';
import type { Journal } from './journal.ts';

/** A release whose record is looked at. */
interface Recorded {
  readonly journal: { readonly plan: ReleasePlan };
  readonly signing: Signing;
}

/** The same with how it stands. */
interface Standing extends Recorded {
  readonly journal: Recorded['journal'] & Pick<Journal, 'state'>;
}

/** What was signed, committed and is gone; where only signed acts count. A clone without its history cannot tell, which is said. */
export async function lostFrom(
  context: Pick<Context, 'signing'>,
  { journal: { plan }, signing }: Recorded,
): Promise<readonly string[]> {
  const { isWhole, gone } = await goneFrom(context, plan, signing);
  return isWhole
    ? gone
    : [
        'this clone is shallow, or partial and its remote does not answer, or has a file of grafts (.git/info/grafts), so nothing shows that no signed act was taken out: git fetch --unshallow, or git fetch --refetch in a partial clone',
      ];
}

/** The same for pages: what is gone for certain, and whether the clone can tell. */
export async function goneFrom(
  context: Pick<Context, 'signing'>,
  plan: ReleasePlan,
  signing: { readonly trust?: { readonly commit: string } | undefined },
): Promise<{ readonly isWhole: boolean; readonly gone: readonly string[] }> {
  if (signing.trust === undefined) return { isWhole: true, gone: [] };
  const { findLostActs, lostSentence, unreadSentences } = await import('../signing/lost-acts.ts');
  const ground = await context.signing();
  const { protectedBranch } = ground;
  const trust = await trustAt(protectedBranch, signing.trust.commit, plan.metadata.process);
  const history = await protectedBranch.history(plan.file, [signing.trust.commit]);
  const lost = trust === undefined ? [] : await findLostActs(ground, plan, trust, history);
  const unread = await unreadSentences(ground, plan, history, [signing.trust.commit]);
  return { isWhole: history.isWhole, gone: [...lost.map(lostSentence), ...unread] };
}

/**
 * What was signed against the release on another branch and is not in the history here, as sentences: a No-Go, a reject, a reopening, and what holds or takes
 * back the deployment that is under way. Whoever may push can begin a branch before it, and have that one deployed. What was signed in favour is nobody's loss.
 */
export async function objectionsElsewhere(
  context: Pick<Context, 'signing'>,
  { journal: { plan, state }, signing }: Standing,
): Promise<readonly string[]> {
  if (signing.trust === undefined) return [];
  const { elsewhereSentence, findLostActs, unreadSentences } = await import('../signing/lost-acts.ts');
  const ground = await context.signing();
  const { protectedBranch } = ground;
  const { commit } = signing.trust;
  const history = await protectedBranch.elsewhere(plan.file, [commit]);
  const trust =
    history.versions.length === 0 ? undefined : await trustAt(protectedBranch, commit, plan.metadata.process);
  const lost = trust === undefined ? [] : await findLostActs(ground, plan, trust, history);
  return [
    ...lost.filter(({ event }) => isAgainst(event, state)).map(elsewhereSentence),
    ...(await unreadSentences(ground, plan, history, [commit])),
  ];
}

/** Attempts that are over here were taken back here, or went on, whatever another branch has of them. */
function isAgainst(
  event: RecordedEvent,
  { deployment, attempts }: Pick<ReleaseState, 'deployment' | 'attempts'>,
): boolean {
  if (saysNo(event) || event.type === 'plan.reopened') return true;
  if (actOf(event) !== 'deploy' || WITHOUT_SIGNATURE[event.type] !== 'takes back' || !('attempt' in event.data))
    return false;
  const { attempt } = event.data;
  return attempt > attempts.deploy || attempt === deployment?.attempt;
}

/** What is out of order since the plan was reopened last, and what is dated ahead of the clock; what stands before that is void either way. */
export function disorderOf(
  events: readonly RecordedEvent[],
  signing: Pick<Signing, 'examination' | 'sealing'>,
  now: number,
): readonly OrderFault[] {
  return sinceReopened(events, signing, [
    ...aheadOf(events, signing, now),
    ...findHistoryFaults(counting(events, signing)),
  ]);
}

/** What is dated ahead of the clock; where only signed acts count, whose dates say which rules they were given under. */
export function aheadOf(
  events: readonly RecordedEvent[],
  { sealing }: Pick<Signing, 'sealing'>,
  now: number,
): readonly OrderFault[] {
  return sealing === undefined ? [] : datedAhead(events, now);
}

/** What is said of the time after the deployment and does not count is recorded anew where it belongs. */
function counting(events: readonly RecordedEvent[], { examination }: Pick<Signing, 'examination'>) {
  const isLater = ({ act }: { readonly act: SignedAct }) => act === 'outcome' || act === 'hypercare';
  const refused = new Set(examination?.refused.filter(isLater).map((one) => one.hash));
  return events.filter((event) => !refused.has(event.hash));
}

/** A reopening that the process does not write voids nothing. */
function sinceReopened(
  events: readonly RecordedEvent[],
  { examination }: Pick<Signing, 'examination'>,
  faults: readonly OrderFault[],
): readonly OrderFault[] {
  const isReopening = ({ type, seq, hash }: RecordedEvent) =>
    type === 'plan.reopened' && examination?.leftOut.has(hash) !== true && !faults.some((fault) => fault.seq === seq);
  const reopened = countedEvents(events).findLast(isReopening)?.seq ?? 0;
  return faults.filter((fault) => fault.seq > reopened);
}

/** True for what says how a deployment went, its steps among it. */
const isOfDeployment = ({ type }: RecordedEvent) => /^(deploy|step|canary|rollback)\.|^release\.frozen$/.test(type);

/**
 * Why what is not recorded of a release may have been all the same, as sentences: an event of its deployment is out of order, or a signed one is
 * gone, or nobody can tell what is signed.
 * Nothing where nobody signs: then all of it is taken at its word.
 */
export async function recordDoubts(context: Pick<Context, 'signing'>, release: Recorded): Promise<readonly string[]> {
  const { journal, signing } = release;
  if (signing.sealing === undefined) return [];
  const { trouble } = signing;
  if (trouble !== undefined) return [`no signature of it could be examined: ${trouble.message}`];
  const { events } = journal.plan;
  // A message that nobody queued says nothing of what was done in production, nor does a date.
  const ofDeployment = new Set(events.filter(isOfDeployment).map(({ seq }) => seq));
  const disorder = sinceReopened(events, signing, findOrderFaults(counting(events, signing)))
    .filter(({ seq }) => ofDeployment.has(seq))
    .map(({ seq, problem }) => `event ${seq} ${problem}`);
  try {
    return [...disorder, ...(await lostFrom(context, release))];
  } catch (error) {
    // What cannot be looked at does not keep a release in production.
    if (error instanceof RelctlError) return [...disorder, error.message];
    throw error;
  }
}
