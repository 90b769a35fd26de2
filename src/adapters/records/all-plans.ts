import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnreadablePlan } from '../../domain/history/release-summary.ts';
import { RelctlError } from '../../errors.ts';
import { writeAtomically } from '../fs/atomic-write.ts';
import { REAL_FILES } from '../fs/file-operations.ts';
import { versionOf } from '../fs/file-version.ts';
import { isReleaseId } from '../fs/release-id.ts';
import type { RecordsBranch } from '../git/records-branch.ts';
import type { KeptPlans, MergedPlans } from './kept-plans.ts';

/** What was seen when all plans were brought up to date last; nothing is lost with it. */
interface Seen {
  readonly tip: string | undefined;
  readonly merged?: string | undefined;
  /** Versions of the files in the work tree, by release. */
  readonly workTree: Readonly<Record<string, string>>;
}

/** So many plans are read from git at a time: each process takes some milliseconds to start, and all plans too much memory. */
const AT_ONCE = 200;

/** Where plans lie. */
interface Places {
  readonly root: string;
  readonly folder: string;
  readonly branch: Pick<RecordsBranch, 'tip' | 'changed'>;
  readonly merged: MergedPlans;
}

/**
 * Brings every plan up to date of which the branch or the work tree has another version than the last time.
 * @returns those that could not be brought up to date, with why
 */
export async function refreshAll(
  kept: KeptPlans,
  { root, folder, branch, merged }: Places,
): Promise<readonly UnreadablePlan[]> {
  const memory = join(folder, 'seen.json');
  const [before, tip, reviewed] = await Promise.all([recall(memory), branch.tip(), merged.tip()]);
  const workTree = await versionsIn(join(root, 'releases'));
  const changed = new Set(Object.keys(workTree).filter((id) => workTree[id] !== before.workTree[id]));
  for (const id of Object.keys(before.workTree)) if (workTree[id] === undefined) changed.add(id);
  const moved = async (from: string | undefined, to: string | undefined) =>
    to === undefined || to === from ? [] : branch.changed(from, to);
  const paths = [...(await moved(before.tip, tip)), ...(await moved(before.merged, reviewed?.commit))];
  for (const path of paths) {
    const [, id] = /^releases\/([^/]+)\.yaml$/.exec(path) ?? [];
    if (id !== undefined && isReleaseId(id)) changed.add(id);
  }
  const broken: UnreadablePlan[] = [];
  for (const [index, id] of [...changed].entries()) {
    if (tip !== undefined && index % AT_ONCE === 0) await kept.foresee(tip, [...changed].slice(index, index + AT_ONCE));
    try {
      await kept.refresh(id);
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      const { code, message, place } = error;
      broken.push({ id, code, problem: message, ...(place === undefined ? {} : { place }) });
    }
  }
  if (changed.size > 0) {
    const seen = Object.entries(workTree).filter(([id]) => !broken.some((one) => one.id === id));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const content = JSON.stringify({
      tip,
      merged: reviewed?.commit,
      workTree: Object.fromEntries(seen),
    } satisfies Seen);
    await writeAtomically(REAL_FILES, { path: memory, shown: memory, content, placement: 'replace' });
  }
  return broken;
}

async function versionsIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder).catch(() => []);
  const ids = names.filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -'.yaml'.length));
  return Object.fromEntries(
    ids.filter(isReleaseId).map((id) => [id, versionOf(join(folder, `${id}.yaml`)) ?? 'not a regular file']),
  );
}

async function recall(file: string): Promise<Seen> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Seen;
  } catch {
    return { tip: undefined, workTree: {} };
  }
}
