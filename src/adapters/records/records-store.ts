import { join } from 'node:path';
import { goesOnFrom } from '../../domain/records/effective-plan.ts';
import { RelctlError } from '../../errors.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { PlanStore } from '../../ports/plan-store.ts';
import type { Records } from '../../ports/records.ts';
import { command } from '../../text/command-line.ts';
import { createPlanStore } from '../fs/plan-store.ts';
import { RECORDS_REF, type RecordsBranch } from '../git/records-branch.ts';
import { refreshAll } from './all-plans.ts';
import { keepPlans, type MergedPlans, type PutAside, type PutTogether } from './kept-plans.ts';
import { createSharer, type Shared } from './sharer.ts';

/** What a store on a records branch is made of. */
export interface RecordsStoreOptions {
  /** Absolute path of the work tree, and the store of its plans. */
  readonly root: string;
  readonly workTree: PlanStore;
  /** Absolute path of the folder for what relctl keeps on this machine. */
  readonly state: string;
  readonly branch: RecordsBranch;
  readonly merged: MergedPlans;
  /** Why the remote could not be asked, where it could not. */
  readonly offline: string | undefined;
  readonly phaseOf: (events: readonly RecordedEvent[]) => string;
  readonly putTogether: PutTogether;
  readonly warn: (text: string) => void;
}

/** After a push that did not arrive, the next one that nothing waits for is tried so many milliseconds later. */
const RETRY_MS = 15_000;

/**
 * Plans whose text lies in the work tree and whose records lie on a branch of the remote. Each record is first kept on this machine, as a
 * file that is written whole, and then pushed: compare-and-swap at the remote. What could not be pushed is pushed with the next record.
 */
export function createRecordsStore(options: RecordsStoreOptions): {
  readonly store: PlanStore;
  readonly records: Records;
} {
  const { root, workTree, branch, phaseOf, warn } = options;
  const folder = join(options.state, 'records');
  const state = join(folder, 'state');
  const kept = keepPlans({ ...options, folder, state });
  const local = createPlanStore({ root: folder, releases: 'releases', state, phaseOf });
  const places = { root, folder, branch, merged: options.merged };
  const sharer = createSharer(kept, branch);
  let failing: { readonly since: number; readonly text: string } | undefined;
  const unshared = new Set<string>();
  /** Whether the run that works on a release in production still holds its lock. */
  const insisting = new Map<string, () => Promise<boolean>>();

  /** Shares what is recorded. That it could not is told once, and tried again later; that it must not be is an error. */
  async function share(id: string, how: 'must' | 'may' | 'at last'): Promise<void> {
    unshared.add(id);
    if (how === 'may' && failing !== undefined && Date.now() - failing.since < RETRY_MS) return;
    // What must be known elsewhere first is put over nothing.
    const shared = await sharer.share(id, how === 'must' ? undefined : insisting.get(id));
    if (shared.result === 'conflict') throw conflict(id, branch.name, shared.aside);
    if (shared.result === 'contradicted') {
      // Only what must be known elsewhere first is refused: whoever pushes to the branch must not be able to stop a rollback.
      if (how === 'must') throw contradicted(id, branch.name, shared.by);
      return;
    }
    if (shared.result === 'shared') {
      unshared.delete(id);
      if (failing !== undefined) warn(`${branch.name} takes records again: all of ${id} is shared`);
      failing = undefined;
      return;
    }
    if (how === 'must') throw notShared(id, branch.name, shared);
    if (failing?.text !== shared.detail) {
      warn(
        `${branch.name} does not have what was recorded here: ${shared.detail}. It is kept on this machine, and tried again with each record`,
      );
    }
    failing = { since: Date.now(), text: shared.detail };
  }

  async function load(id: string) {
    const aside = await kept.refresh(id, { evidence: true, insists: insisting.get(id) });
    if (aside !== undefined) warn(conflict(id, branch.name, aside).message);
    return local.load(id);
  }

  const store: PlanStore = {
    load,
    async list() {
      await refreshAll(kept, places);
      return local.list();
    },
    async summaries() {
      const broken = await refreshAll(kept, places);
      return withBroken(await local.summaries(), broken);
    },
    async survey(most) {
      const broken = await refreshAll(kept, places);
      const { entries, headOnly } = await local.survey(most);
      return {
        entries: withBroken(entries, broken),
        headOnly: headOnly.filter((id) => !broken.some((one) => one.id === id)),
      };
    },
    async create(id, head) {
      await kept.refresh(id);
      const plan = await local.create(id, head);
      await writeText(id, head);
      return plan;
    },
    async rewrite(plan, head) {
      await kept.refresh(plan.id);
      const written = await local.rewrite(plan, head);
      await writeText(plan.id, head);
      return written;
    },
    async append(plan, events) {
      const appended = await appendLocally(plan, events);
      await share(plan.id, 'may');
      const now = await local.load(plan.id);
      // With what others shared meanwhile, where that came first.
      return goesOnFrom(now.events, appended.events) && now.events.length === appended.events.length ? appended : now;
    },
    keep: (id, name, content) => local.keep(id, name, content),
    async read(id, evidence) {
      await kept.refresh(id, { evidence: true, insists: insisting.get(id) });
      return local.read(id, evidence);
    },
  };

  /** What others shared behind what a run has seen is no reason for it to stop half-way: it goes on behind that. */
  async function appendLocally(...[plan, events]: Parameters<PlanStore['append']>): ReturnType<PlanStore['append']> {
    try {
      return await local.append(plan, events);
    } catch (error) {
      if (!(error instanceof RelctlError) || error.code !== 'plan.changed-underneath') throw error;
      const holds = insisting.get(plan.id);
      const now = holds === undefined ? undefined : await local.load(plan.id);
      if (now === undefined || now.head !== plan.head || !goesOnFrom(now.events, plan.events)) throw error;
      if ((await holds?.()) !== true) throw error;
      return local.append(now, events);
    }
  }

  /** Text is reviewed where code is: it is written into the work tree, and never a record with it. */
  async function writeText(id: string, head: string): Promise<void> {
    const known = (await workTree.list()).includes(id);
    if (known) await workTree.rewrite(await workTree.load(id), head);
    else await workTree.create(id, head);
  }

  const records: Records = {
    branch: branch.name,
    offline: options.offline,
    async renew() {
      await branch.fetch();
    },
    secure: (id) => share(id, 'must'),
    insist(id, holds) {
      insisting.set(id, holds);
    },
    async settle() {
      for (const id of [...unshared]) await share(id, 'at last').catch((error: unknown) => warn(String(error)));
    },
  };
  return { store, records };
}

function withBroken<T extends { readonly id: string }>(entries: readonly T[], broken: readonly T[]): readonly T[] {
  if (broken.length === 0) return entries;
  const ids = new Set(broken.map(({ id }) => id));
  return [...entries.filter(({ id }) => !ids.has(id)), ...broken].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function conflict(id: string, branch: string, { reason, kept }: PutAside): RelctlError {
  return new RelctlError('sharing.conflict', `${id}: what was recorded here does not fit ${branch}: ${reason}`, {
    why: `Somebody recorded something else first, from another clone. What was recorded here does not count; it is kept in ${kept}.`,
    hints: [command`relctl status ${id}`, 'then run the command again: it sees what the other one did'],
    data: { release: id, reason, kept },
  });
}

function contradicted(id: string, branch: string, by: string): RelctlError {
  const file = `releases/${id}.yaml`;
  return new RelctlError(
    'sharing.contradicted',
    `${branch} holds a history of ${id} that contradicts the one on ${by}`,
    {
      place: { file },
      why: `${by} is changed by nobody without a review, and ${branch} by anybody who may push: the file on ${by} is the one that counts.`,
      hints: [
        command`git log -p ${RECORDS_REF} -- ${file}`,
        `have ${branch} put back to where its history goes on from the one on ${by}, then run the command again`,
      ],
      data: { release: id, branch, by },
    },
  );
}

function notShared(id: string, branch: string, shared: Extract<Shared, { readonly detail: string }>): RelctlError {
  const isRefused = shared.result === 'refused';
  return new RelctlError(
    isRefused ? 'sharing.refused' : 'sharing.unreachable',
    isRefused
      ? `${branch} does not take the records of ${id}: ${shared.detail}`
      : `${branch} cannot be reached: ${shared.detail}`,
    {
      why: 'Before production is changed, what is being done has to be known elsewhere: the disk of this machine may be lost. Nothing was changed.',
      hints: [
        isRefused
          ? 'let relctl push to that branch, or name another one: git config relctl.recordsBranch <remote>/<branch>'
          : 'git fetch',
        'git config relctl.recordsBranch none',
        'keeps records on this machine alone',
      ],
      data: { release: id, branch, detail: shared.detail },
    },
  );
}
