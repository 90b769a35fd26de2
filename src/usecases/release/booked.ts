import type { GateFacts, OtherRelease } from '../../domain/gates/gate.ts';
import { foldState } from '../../domain/history/fold.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { formatWindow, windowSpan } from '../../domain/schedule/calendar.ts';
import { clashesWith } from '../../domain/schedule/clashes.ts';
import { actOf, mustBeSigned } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import { readQuickHead } from '../../plan/quick-head.ts';
import { parseReleasePlan, type ReleasePlan } from '../../plan/release-plan.ts';
import { decodePlan } from '../../plan/status-text.ts';
import type { FileHistory, ProtectedBranch } from '../../ports/protected-branch.ts';
import { isReviewedAway, lastOf, planIdOf } from '../signing/gone-plans.ts';
import { openSigning } from '../signing/open.ts';
import type { Signing } from '../signing/signing.ts';
import { longestApproval, signedProcesses } from '../signing/trust.ts';
import type { ReadingContext } from './context.ts';
import { goneFrom } from './doubts.ts';

/** What the schedule of the other releases is, whatever their files say now. */
interface Booked {
  /** Releases whose approvals hold for another text than that of their file. */
  readonly others: readonly OtherRelease[];
  /** Of which nobody knows whether they still hold their window, as sentences. */
  readonly doubtful: readonly string[];
  /** What cannot be read, in words. */
  readonly unread: readonly string[];
}

/** What gates and pages are told of the other releases: what their files say, and what is known beside that. */
export async function scheduleBeside(
  context: ReadingContext,
  plan: ReleasePlan,
  signing: Pick<Signing, 'trust'>,
  { others, unread }: Required<Pick<GateFacts, 'others' | 'unread'>>,
): Promise<Required<Pick<GateFacts, 'others' | 'unread' | 'doubtful'>>> {
  const booked = await bookedElsewhere(context, plan, signing, others);
  return {
    others: [...others, ...booked.others],
    unread: [...unread, ...booked.unread],
    doubtful: booked.doubtful,
  };
}

/** Services and span that are asked about. */
type Asked = Parameters<typeof clashesWith>[1];

/**
 * Other releases that were submitted with a window over that of ours, though what stands in their files now says nothing of it: whoever may push can
 * move another plan's window, write that it is a draft again or over, or delete it. Only what is signed ends what was submitted. Nothing where
 * nobody signs.
 * @param known what the files say, which counts as well
 */
async function bookedElsewhere(
  context: ReadingContext,
  plan: ReleasePlan,
  { trust }: Pick<Signing, 'trust'>,
  known: readonly OtherRelease[],
): Promise<Booked> {
  if (trust === undefined) return { others: [], doubtful: [], unread: [] };
  const { protectedBranch } = await context.signing();
  const { commit } = trust;
  const asked = { span: windowSpan(plan.spec.window), services: plan.spec.services.map(({ name }) => name) };
  const clashing = new Set(clashesWith(known, asked, plan.id).map(({ other }) => other.id));
  const since = await oldestCounting(protectedBranch, commit, Math.min(asked.span.start, context.clock.now()));
  const files = (await protectedBranch.committed(FOLDER, [commit], since)).filter((file) => {
    const id = planIdOf(file);
    return id !== undefined && id !== plan.id && !clashing.has(id);
  });
  const others: OtherRelease[] = [];
  const doubtful: string[] = [];
  for await (const [file, history] of historiesOf(protectedBranch, files, commit)) {
    const standing = await standingOf(context, { file, history, asked, commit });
    if (typeof standing === 'string') doubtful.push(standing);
    else if (standing !== undefined) others.push(standing);
  }
  const { isWhole } = await protectedBranch.history(plan.file, [commit]);
  return { others, doubtful, unread: isWhole ? [] : [BEYOND] };
}

/** A clone without its history shows no plan that was deleted, and of the others no text that was submitted. */
const BEYOND =
  'what commits hold that are not in this clone (it is shallow, or partial and its remote does not answer, or has a file of grafts: git fetch --unshallow)';

const FOLDER = 'releases';

const DAY_MS = 86_400_000;
/** Days by which the clocks of those who commit may be off. */
const SLACK = 7;

/** What was committed before this was submitted longer ago than approvals count, and holds no window any more. */
async function oldestCounting(branch: ProtectedBranch, commit: string, before: number): Promise<number> {
  const days = await longestApproval(branch, commit, await signedProcesses(branch, commit));
  return before - (days + SLACK) * DAY_MS;
}

/** What was committed of files, as many of them at a time as are held together. */
async function* historiesOf(
  branch: ProtectedBranch,
  files: readonly string[],
  commit: string,
): AsyncGenerator<readonly [string, FileHistory]> {
  let left = files;
  while (left.length > 0) {
    const [first = ''] = left;
    const read = await branch.histories(left, [commit]);
    const part = read.size > 0 ? read : new Map([[first, await branch.history(first, [commit])]]);
    yield* part;
    left = left.filter((file) => !part.has(file));
  }
}

/** Committed versions of a plan with a submission of just that text, whose window and services are those that are asked about. */
function submittedOver({ versions }: FileHistory, file: string, id: string, asked: Asked): readonly ReleasePlan[] {
  const seen = new Map<string, boolean>();
  return versions.flatMap(({ bytes }) => {
    const read = attempt(() => {
      const { head } = decodePlan(bytes, file);
      const quick = readQuickHead(head);
      const over = seen.get(head) ?? (quick === undefined ? undefined : isOver(quick, asked));
      if (over === false) return undefined;
      const plan = parseReleasePlan(bytes, file, id);
      const services = plan.spec.services.map(({ name }) => name);
      seen.set(head, isOver({ id, window: plan.spec.window, services }, asked));
      return seen.get(head) === true && lastSubmitted(plan) === plan.specDigest ? plan : undefined;
    });
    return read === undefined ? [] : [read];
  });
}

function lastSubmitted({ events }: ReleasePlan): string | undefined {
  return events.findLast((event) => event.type === 'cab.submitted')?.data.specDigest;
}

/** What does not read holds no window; that git kept it in another form is told of the release itself. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RelctlError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function isOver(
  {
    id,
    window,
    services,
  }: { readonly id: string; readonly services: readonly string[] } & Pick<ReleasePlan['spec'], 'window'>,
  asked: Asked,
): boolean {
  return clashesWith([{ id, phase: 'approved', services, span: windowSpan(window) }], asked).length > 0;
}

/** A plan of which something was committed, and what is asked of it. */
interface Committed {
  readonly file: string;
  readonly history: FileHistory;
  readonly asked: Asked;
  /** The tip of the protected branch. */
  readonly commit: string;
}

/** What a release holds by what is proved of it; why that is not known, as a sentence; `undefined` where it holds nothing of what it once did. */
async function standingOf(
  context: ReadingContext,
  { file, history, asked, commit }: Committed,
): Promise<OtherRelease | string | undefined> {
  const id = planIdOf(file) ?? file;
  if (history.isTooMuch === true) return `commits hold more of ${file} than is read`;
  const submitted = submittedOver(history, file, id, asked);
  if (submitted.length === 0) return undefined;
  const { protectedBranch } = await context.signing();
  if (await isReviewedAway(protectedBranch, commit, file)) return undefined;
  try {
    const isHere = (await context.store.list()).includes(id);
    const now = isHere ? await context.store.load(id) : lastOf(history, file, id);
    if (now === undefined) return `${id} cannot be read`;
    for (const version of distinct(submitted)) {
      if (version.metadata.process !== now.metadata.process)
        return `${id} was submitted under another process than its file names (${now.metadata.process})`;
      // What was signed was signed of that text, and what its file says now may be another.
      const standing = await standingAs(context, { ...version, events: now.events });
      if (standing === undefined || (typeof standing !== 'string' && clashesWith([standing], asked).length === 0))
        continue;
      return isHere || typeof standing === 'string' ? standing : `${file} was deleted, and nobody reviewed that`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof RelctlError) return `${id} cannot be read`;
    throw error;
  }
}

async function standingAs(context: ReadingContext, plan: ReleasePlan): Promise<OtherRelease | string | undefined> {
  // Whether its approvals hold is not asked, only whether it was ended: nobody has to know who wrote its candidate.
  const signing = await openSigning({ ...context, looksOnly: true }, plan);
  const { id, spec, specDigest } = plan;
  if (signing.trouble !== undefined) return `no signature of ${id} could be examined: ${signing.trouble.message}`;
  const { gone } = await goneFrom(context, plan, signing);
  if (gone[0] !== undefined) return `${id}: ${gone[0]}`;
  const { phase, cab } = provenState(plan, signing);
  if (cab?.specDigest !== specDigest) return undefined;
  const services = spec.services.map(({ name }) => name);
  return { id, phase, services, span: windowSpan(spec.window), window: formatWindow(spec.window) };
}

function distinct(plans: readonly ReleasePlan[]): readonly ReleasePlan[] {
  return [...new Map(plans.map((plan) => [plan.specDigest, plan])).values()];
}

/** How a release stands by what is signed alone: also what takes it back counts only where it is proved, since that frees its window. */
function provenState(plan: ReleasePlan, { sealing, policy }: Signing): ReleaseState {
  if (sealing === undefined) return foldState(plan.events, 'real');
  const isProven = (event: ReleasePlan['events'][number]) => {
    const act = actOf(event);
    return act === undefined || !mustBeSigned(act, policy) || sealing.proves(event);
  };
  const counted = plan.events.filter((event) => !sealing.leftOut.has(event.hash) && isProven(event));
  return foldState(counted, 'real', sealing.proves);
}
