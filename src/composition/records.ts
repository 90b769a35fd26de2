import { systemClock } from '../adapters/clock.ts';
import type { StateEnvironment } from '../adapters/fs/state-folder.ts';
import { createProtectedBranch } from '../adapters/git/protected-branch.ts';
import { DEFAULT_BRANCH, findRecordsBranch } from '../adapters/git/records-branch.ts';
import type { MergedPlans } from '../adapters/records/kept-plans.ts';
import { phaseOf } from '../domain/history/fold.ts';
import { nameList } from '../domain/people/people.ts';
import { RelctlError } from '../errors.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { Records } from '../ports/records.ts';
import type { Workspace } from '../ports/workspace.ts';
import { command } from '../text/command-line.ts';
import { putTogether } from '../usecases/sharing/put-together.ts';
import { findProtectedBranch } from '../usecases/signing/trust.ts';

/** How the records of a repository are opened. */
export interface RecordsWanted {
  /** `known`: on the records branch where there is one. `shared`: also makes one, where the repository has a remote. */
  readonly records: 'known' | 'shared' | 'work tree';
  readonly sink?: EventSink;
}

/** What a records branch is opened beside. */
interface RecordsGround {
  readonly root: string;
  readonly state: string;
  readonly env: StateEnvironment;
  readonly workTree: PlanStore;
  readonly workspace: Workspace;
}

/**
 * Asks the remote for the records of releases, for a bounded time. Where it does not answer, what is known of them counts.
 * @returns `undefined` where records lie in the work tree alone
 */
export async function openRecords(
  { root, state, env, workTree, workspace }: RecordsGround,
  { records: wanted, sink }: RecordsWanted,
): Promise<{ readonly store: PlanStore; readonly records: Records } | undefined> {
  const branch = await findRecordsBranch(root, env, (remotes) =>
    sink?.emit({ type: 'note', level: 'warning', text: unclear(remotes) }),
  );
  if (branch === undefined) return undefined;
  const fetched = await branch.fetch();
  if (wanted !== 'shared' && (await branch.tip()) === undefined) return undefined;
  const offline = fetched.result === 'unreachable' ? fetched.detail : undefined;
  const { createRecordsStore } = await import('../adapters/records/records-store.ts');
  const told = new Set<string>();
  return createRecordsStore({
    root,
    workTree,
    state,
    branch,
    merged: mergedPlans(root, env),
    offline,
    phaseOf,
    putTogether: (id, ours, theirs) => putTogether(workspace, id, ours, theirs, systemClock.now()),
    warn(text) {
      if (told.has(text)) return;
      told.add(text);
      sink?.emit({ type: 'note', level: 'warning', text });
    },
  });
}

/** Records go to no remote by chance. */
function unclear(remotes: readonly string[]): string {
  const named = command`git config relctl.recordsBranch ${`<remote>/${DEFAULT_BRANCH}`}`;
  return `none of the remotes ${nameList(remotes)} is origin, so nothing says which of them shares the records of releases, and none is asked: ${named}, or none`;
}

/** What stands on the protected branch; nothing where this clone does not say which branch that is. */
function mergedPlans(root: string, env: StateEnvironment): MergedPlans {
  const branch = createProtectedBranch(root, env);
  let tip: ReturnType<MergedPlans['tip']> | undefined;
  return {
    tip() {
      tip ??= findProtectedBranch(branch).catch((error: unknown) => {
        if (error instanceof RelctlError && error.code === 'signing.trust') return undefined;
        throw error;
      });
      return tip;
    },
    read: (commit, path) => branch.read(commit, path),
  };
}
