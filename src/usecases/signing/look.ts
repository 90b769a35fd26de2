import { deliveriesOf } from '../../domain/dora/deliveries.ts';
import { foldState } from '../../domain/history/fold.ts';
import { countsOf, isSummary, type ReleaseSummary, type UnreadablePlan } from '../../domain/history/release-summary.ts';
import type { Phase } from '../../domain/process/phases.ts';
import { actOf, isRecord } from '../../domain/signing/acts.ts';
import { type ApprovalsWord, approvalsWord, isClaimed } from '../../domain/signing/words.ts';
import { RelctlError } from '../../errors.ts';
import { isOnlySimulated } from '../../plan/counted.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { ReadingContext } from '../release/context.ts';
import { goneFrom, lostFrom } from '../release/doubts.ts';
import { type Governance, loadGovernance } from './governance.ts';
import { governanceOf } from './governance-of.ts';
import { mergedHashes } from './merged-hashes.ts';
import { openSigning } from './open.ts';
import { readAhead } from './read-ahead.ts';
import type { Signing, SigningContext } from './signing.ts';
import { findProtectedBranch } from './trust.ts';

/** What looking at signatures needs. */
export type LookingContext = SigningContext & Pick<ReadingContext, 'store'>;

/** A release as the examination of its signatures leaves it. */
export interface LookedAtRelease {
  readonly approvals: ApprovalsWord;
  readonly phase: Phase;
  /** True where nothing proves that the release has come to this phase. */
  readonly claimed: boolean;
}

/** Reads a release and examines its signatures. Errors: those of a file that does not read. */
export async function lookAtRelease(context: LookingContext, id: string): Promise<LookedAtRelease> {
  const plan = await context.store.load(id);
  const signing = await openSigning(context, plan);
  const counted = plan.events.filter((event) => signing.examination?.leftOut.has(event.hash) !== true);
  const isLacking = (await goneFrom(context, plan, signing)).gone.length > 0;
  return {
    approvals: isLacking ? 'not proved' : approvalsWord(signing),
    phase: foldState(counted, context.environments.simulated ? 'any' : 'real').phase,
    claimed: isLacking || isClaimed(signing),
  };
}

/**
 * Whether the phase of a release is only claimed, for a page about that one: nothing proves the record that it rests on, or something that was
 * signed is gone from its history, also from one that says that it was only ever played through in the sandbox.
 */
export async function isOnlyClaimed(
  context: Omit<LookingContext, 'environments'>,
  plan: ReleasePlan,
  signing: Signing,
): Promise<boolean> {
  if (isClaimed(signing)) return true;
  if (signing.trust !== undefined) return (await goneFrom(context, plan, signing)).gone.length > 0;
  const looking = { ...context, environments: { simulated: false } };
  const { id, metadata, events } = plan;
  const release = { id, process: metadata.process, simulated: isOnlySimulated(events), events: events.length };
  return (await modesOf(looking)(release)) === 'required' && (await lacksActs(looking, id));
}

/**
 * The events of a release that count, without the records that nothing proves: neither a signature, nor that they stand on the protected branch.
 * Errors: those of a file that does not read.
 */
export async function provenEvents(context: LookingContext, id: string): Promise<readonly RecordedEvent[]> {
  const plan = await context.store.load(id);
  const signing = await openSigning(context, plan);
  const { facts, examination, trust } = signing;
  if (facts.mode !== 'required') return plan.events;
  // Of a history that something signed was taken out of, nobody knows how it went.
  if ((await goneFrom(context, plan, signing)).gone.length > 0) return [];
  const merged = trust === undefined ? new Set<string>() : await mergedHashes(await context.signing(), plan, trust)();
  return plan.events.filter((event) => {
    if (examination?.leftOut.has(event.hash) === true) return false;
    const act = actOf(event);
    return (
      act === undefined || !isRecord(act) || examination?.signed.has(event.hash) === true || merged.has(event.hash)
    );
  });
}

/**
 * Whether the history of a release may not be all that was signed of it: something is gone, or nobody can tell; never where nobody signs. Errors: those of a
 * file that does not read.
 */
export async function mayLackActs(context: LookingContext, id: string): Promise<boolean> {
  const plan = await context.store.load(id);
  const signing = await openSigning(context, plan);
  return signing.trouble !== undefined || (await lostFrom(context, { journal: { plan }, signing })).length > 0;
}

/**
 * Whether something that was signed is gone from the history of a release. What stands there is not examined, so that it can be asked of many:
 * the versions of one file are read, and signatures are looked at only where one is missing. Errors: those of a file that does not read.
 */
export async function lacksActs(context: LookingContext, id: string): Promise<boolean> {
  const plan = await context.store.load(id);
  const tip = await findProtectedBranch((await context.signing()).protectedBranch);
  return tip !== undefined && (await goneFrom(context, plan, { trust: tip })).gone.length > 0;
}

/**
 * Summaries with the deployments that are proved alone, and the ids of those that claim more, or a history that something was taken out of.
 * What was played through in the sandbox is let be: it says so itself.
 */
export async function provenSummaries(
  context: Omit<LookingContext, 'environments'>,
  entries: readonly (ReleaseSummary | UnreadablePlan)[],
): Promise<{ readonly entries: readonly (ReleaseSummary | UnreadablePlan)[]; readonly claimed: ReadonlySet<string> }> {
  const looking = { ...context, environments: { simulated: false } };
  const claimed = new Set<string>();
  const proven: (ReleaseSummary | UnreadablePlan)[] = [];
  const modeOf = modesOf(looking);
  const tellsNothing = (one: ReleaseSummary) => one.simulated || one.deployed.length + one.undone.length === 0;
  // Where nothing is told of a deployment, one may have been cut off.
  const silent = await thoseSigned(modeOf, entries.filter(isSummary).filter(tellsNothing));
  const ahead = await readAhead(
    looking,
    silent.map((one) => one.id),
  );
  for (const one of silent) if (await lacksActs(ahead, one.id)) claimed.add(one.id);
  for (const entry of entries) {
    if (!isSummary(entry) || tellsNothing(entry)) {
      proven.push(entry);
      continue;
    }
    const events = await provenEvents(looking, entry.id);
    const counted = countsOf(events);
    const isLess = counted.deployed.length < entry.deployed.length || counted.undone.length < entry.undone.length;
    if (isLess) claimed.add(entry.id);
    proven.push(isLess ? { ...entry, ...counted, deliveries: deliveriesOf(events) } : entry);
  }
  return { entries: proven, claimed };
}

type Mode = 'required' | ApprovalsWord;

/**
 * Whether releases count only what is signed, for pages about many; `unchecked` where the rules cannot be read. The rules of a process are read
 * once. Only where it asks for no signatures and a newer version or another process does, each release is asked whether it may still stand under it. A release
 * with anything real in it stands under these rules also where relctl.yaml says that this is the sandbox.
 */
export function modesOf(context: LookingContext): ModeOf {
  const modes = new Map<string, Promise<Mode | 'older'>>();
  return async ({ id, process, ...release }) => {
    const simulated = context.environments.simulated && (release.simulated || release.events === 0);
    const key = `${process} ${simulated}`;
    const known = modes.get(key) ?? modeOrOlder(() => loadGovernance(context, process, { simulated, finished: true }));
    modes.set(key, known);
    const mode = await known;
    if (mode !== 'older') return mode;
    const ofRelease = async () =>
      governanceOf({ ...context, environments: { simulated } }, await context.store.load(id));
    const own = await modeOrOlder(ofRelease);
    return own === 'older' ? 'unchecked' : own;
  };
}

/** Of these releases those that count only what is signed. */
export async function thoseSigned(modeOf: ModeOf, releases: readonly ReleaseSummary[]): Promise<ReleaseSummary[]> {
  const found: ReleaseSummary[] = [];
  for (const one of releases) if ((await modeOf(one)) === 'required') found.push(one);
  return found;
}

type ModeOf = (release: Pick<ReleaseSummary, 'id' | 'process' | 'simulated' | 'events'>) => Promise<Mode>;

/** Whether a new release of a process counts only what is signed; `unchecked` where the rules cannot be read. */
export async function modeOf(context: SigningContext, process: string): Promise<Mode> {
  const { simulated } = context.environments;
  const mode = await modeOrOlder(() => loadGovernance(context, process, { simulated, finished: true }));
  return mode === 'older' ? 'unchecked' : mode;
}

/** Faults of rules that a release which was over before them may still stand under. */
const OLDER: readonly unknown[] = ['policy-rolled-back', 'process-unsigned'];

/** `older` for a process that asks for no signatures where a newer version, or another process, does. */
async function modeOrOlder(load: () => Promise<Governance>): Promise<Mode | 'older'> {
  try {
    return (await load()).mode;
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return OLDER.includes(error.data?.fault) ? 'older' : 'unchecked';
  }
}
