import { RelctlError } from '../../errors.ts';
import { parseReleasePlan, type ReleasePlan } from '../../plan/release-plan.ts';
import type { FileHistory, ProtectedBranch } from '../../ports/protected-branch.ts';
import type { ReadingContext } from '../release/context.ts';
import { findLostActs, lostSentence, unreadSentences } from './lost-acts.ts';
import { findProtectedBranch, signedProcesses, trustAt } from './trust.ts';

/** A plan with signed acts that was committed and whose file is gone. */
export interface GonePlan {
  readonly id: string;
  readonly file: string;
  /** What was signed, or why nobody knows what was, as sentences. */
  readonly lost: readonly string[];
  /** The protected branch has it no more either: somebody reviewed that. */
  readonly reviewed: boolean;
}

const FOLDER = 'releases';

/** The id of the plan that is committed at a path; `undefined` for another file. */
export function planIdOf(path: string): string | undefined {
  return /^releases\/([^/]+)\.yaml$/.exec(path)?.[1];
}

/**
 * Plans whose files are gone with what was signed of them: whoever may push can delete a file as well as the end of a history, and a release that
 * was rolled back is then one that never was. One whose versions do not read, or are too many, hides what was signed of it, and is gone as well.
 * Nothing where nobody signs. Errors: those of git, `signing.trust`.
 */
export async function gonePlans({
  signing,
  store,
}: Pick<ReadingContext, 'signing' | 'store'>): Promise<readonly GonePlan[]> {
  const ground = await signing();
  const { protectedBranch } = ground;
  const tip = await findProtectedBranch(protectedBranch);
  const signed = tip === undefined ? [] : await signedProcesses(protectedBranch, tip.commit);
  const [process] = signed;
  if (tip === undefined || process === undefined) return [];
  const here = new Set(await store.list());
  const gone: GonePlan[] = [];
  for (const file of await protectedBranch.committed(FOLDER, [tip.commit])) {
    const id = planIdOf(file);
    if (id === undefined || here.has(id)) continue;
    const history = await protectedBranch.history(file, [tip.commit]);
    const plan = lastOf(history, file, id);
    const own = plan !== undefined && signed.includes(plan.metadata.process) ? plan.metadata.process : process;
    const trust = await trustAt(protectedBranch, tip.commit, own);
    const acts =
      trust === undefined || plan === undefined
        ? []
        : await findLostActs(ground, { ...plan, events: [] }, trust, history);
    const lost = [...acts.map(lostSentence), ...(await unreadSentences(ground, { file }, history, [tip.commit]))];
    if (lost.length === 0) continue;
    gone.push({ id, file, lost, reviewed: await isReviewedAway(protectedBranch, tip.commit, file) });
  }
  return gone;
}

/** Whether the protected branch had a file and has it no more: somebody reviewed that. */
export async function isReviewedAway(branch: ProtectedBranch, tip: string, file: string): Promise<boolean> {
  if ((await branch.read(tip, file)) !== undefined) return false;
  return (await branch.changes(tip, [file])).length > 0;
}

/** Those that nobody reviewed; none where the rules do not read, which is told of each release. */
export async function unreviewedGone(context: Pick<ReadingContext, 'signing' | 'store'>): Promise<readonly GonePlan[]> {
  try {
    return (await gonePlans(context)).filter((one) => !one.reviewed);
  } catch (error) {
    if (isOfRules(error)) return [];
    throw error;
  }
}

/**
 * True for rules that do not read, which is told of each release. What git did not answer is none of these: whoever may push can make that much of
 * an answer that it is refused, and nothing would be gone.
 */
export function isOfRules(error: unknown): boolean {
  return error instanceof RelctlError && !error.code.startsWith('tool.');
}

/** The plan as it was committed last in a way that reads. */
export function lastOf({ versions }: FileHistory, file: string, id: string): ReleasePlan | undefined {
  for (const { bytes } of versions) {
    try {
      return parseReleasePlan(bytes, file, id);
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
    }
  }
  return undefined;
}
