import { goesOnFrom, type PlanCopy, sharedLength } from '../../domain/records/effective-plan.ts';
import { recordMessage } from '../../domain/records/message.ts';
import type { RecordsBranch } from '../git/records-branch.ts';
import type { KeptPlans, PutAside, RefreshOptions } from './kept-plans.ts';

/** What became of the records of a release. */
export type Shared =
  | { readonly result: 'shared' }
  /** What was recorded here contradicts what others recorded: it is put aside. */
  | { readonly result: 'conflict'; readonly aside: PutAside }
  /** What others recorded contradicts the protected branch, named for people. */
  | { readonly result: 'contradicted'; readonly by: string }
  | { readonly result: 'refused' | 'unreachable'; readonly detail: string };

/** Pushes that are tried before relctl says that the branch moves faster than it can follow. */
const MOST_TRIES = 20;

/** Shares kept plans, one after the other. */
export function createSharer(
  kept: KeptPlans,
  branch: RecordsBranch,
): { share(id: string, insists?: RefreshOptions['insists']): Promise<Shared> } {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    share(id, insists) {
      const work = tail.then(() => share(kept, branch, id, insists));
      tail = work.catch(() => undefined);
      return work;
    },
  };
}

/** Pushes the plan with the files that it names on top of where the branch stands; where somebody was faster, on top of theirs. */
async function share(
  kept: KeptPlans,
  branch: RecordsBranch,
  id: string,
  insists: RefreshOptions['insists'],
): Promise<Shared> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const aside = await kept.refresh(id, { evidence: true, insists });
    if (aside !== undefined) return { result: 'conflict', aside };
    const by = await kept.contradiction(id);
    if (by !== undefined) return { result: 'contradicted', by };
    const [tip, ours] = [await branch.tip(), await kept.copy(id)];
    if (ours === undefined) return { result: 'shared' };
    const theirs = tip === undefined ? undefined : await kept.copyAt(tip, id);
    if (theirs !== undefined && isSame(ours, theirs)) return { result: 'shared' };
    const there = new Set(tip === undefined ? [] : await branch.list(tip, `releases/${id}`));
    const files = [...(await kept.files(id))].filter(([path]) => path.endsWith(`/${id}.yaml`) || !there.has(path));
    const events = ours.events.slice(theirs === undefined ? 0 : sharedLength(ours.events, theirs.events));
    const commit = await branch.commit(
      tip,
      files.map(([path, from]) => ({ path, from })),
      recordMessage({ id }, events),
      ours.events.at(-1)?.actor ?? 'relctl',
    );
    const answer = await branch.push(commit);
    if (answer.result === 'pushed') return { result: 'shared' };
    if (answer.result !== 'behind') return answer;
    const fetched = await branch.fetch();
    if (fetched.result === 'unreachable') return fetched;
  }
  return { result: 'unreachable', detail: `it moved ${MOST_TRIES} times while relctl tried to push` };
}

/** Text that was edited and with which nothing was recorded is for whoever edits it to share, with the code. */
function isSame(ours: PlanCopy, theirs: PlanCopy): boolean {
  return ours.events.length === theirs.events.length && goesOnFrom(ours.events, theirs.events);
}
