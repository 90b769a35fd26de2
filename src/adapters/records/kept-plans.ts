import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { effectivePlan, goesOnFrom, type PlanCopy } from '../../domain/records/effective-plan.ts';
import { evidenceOf } from '../../domain/records/evidence.ts';
import { RelctlError } from '../../errors.ts';
import { findChainFault } from '../../plan/chain.ts';
import { sha256 } from '../../plan/digest.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import { LARGEST_PLAN, PUTS_BACK } from '../../plan/guard.ts';
import { writeReleasePlan } from '../../plan/release-plan.ts';
import { decodePlan, readStatus, splitDocument } from '../../plan/status-text.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import { writeAtomically } from '../fs/atomic-write.ts';
import { readBounded } from '../fs/bounded-read.ts';
import { confine } from '../fs/confine.ts';
import { REAL_FILES, systemCode } from '../fs/file-operations.ts';
import { isEvidenceName } from '../fs/release-id.ts';
import { underWriteLock } from '../fs/write-lock.ts';
import { RECORDS_REF, type RecordsBranch } from '../git/records-branch.ts';

/** Bytes of one file of evidence. */
const MOST_EVIDENCE = 64 * 1024 * 1024;

/** Where copies of plans lie on this machine. */
export interface KeptPlansOptions {
  /** Absolute path of the work tree. */
  readonly root: string;
  /** Absolute path of the folder in which plans are kept as the records branch and the work tree together have them. */
  readonly folder: string;
  /** Absolute path of the folder for the locks of that folder. */
  readonly state: string;
  readonly branch: Pick<RecordsBranch, 'name' | 'tip' | 'read'>;
  /** The branch that nobody changes without a review, where it is known. */
  readonly merged: MergedPlans;
  readonly phaseOf: (events: readonly RecordedEvent[]) => string;
  /** Puts what was recorded here after what others shared meanwhile, where both can stand. */
  readonly putTogether: PutTogether;
  /** Tells a person what does not fit. */
  readonly warn: (text: string) => void;
}

/** Plans as the protected branch has them. */
export interface MergedPlans {
  /** Where it stands; `undefined` where nothing says which branch it is. */
  tip(): Promise<{ readonly name: string; readonly commit: string } | undefined>;
  read(commit: string, path: string): Promise<Uint8Array | undefined>;
}

/** Two histories of one plan that go on from what both have; the one with both, or why there can be none. */
export type PutTogether = (
  id: string,
  ours: PlanCopy,
  theirs: PlanCopy,
) => Promise<{ readonly ok: true; readonly plan: PlanCopy } | { readonly ok: false; readonly reason: string }>;

/** The plans as this machine keeps them: what is shared, and what is recorded here and could not be shared yet. */
export interface KeptPlans {
  /**
   * Brings one plan up to what is known of the branch and the work tree.
   * @returns what was recorded here and contradicts what others shared: it is put aside, and does not count
   */
  refresh(id: string, options?: RefreshOptions): Promise<PutAside | undefined>;
  /** The protected branch, as people call it, where the records branch contradicts what stands there. */
  contradiction(id: string): Promise<string | undefined>;
  /** Reads several plans at a commit in one go, since they will be asked for; what was read for others before is let go. */
  foresee(commit: string, ids: readonly string[]): Promise<void>;
  /** The plan as it is kept; `undefined` when there is none. */
  copy(id: string): Promise<PlanCopy | undefined>;
  /** The plan as the branch has it at a commit. */
  copyAt(commit: string, id: string): Promise<PlanCopy | undefined>;
  /** Puts another plan in the place of the one that is kept, where that is still the one that was seen. */
  replace(id: string, seen: PlanCopy | undefined, plan: PlanCopy): Promise<boolean>;
  /** Files of the plan that the branch has to have: absolute paths by their paths on the branch. */
  files(id: string): Promise<ReadonlyMap<string, string>>;
}

/** How a plan is brought up to date. */
export interface RefreshOptions {
  /** Also brings the files that its history names. */
  readonly evidence?: boolean;
  /** Whether what is recorded here counts over what others shared beside it; asked where both cannot stand. */
  readonly insists?: (() => Promise<boolean>) | undefined;
}

/** A record that does not fit what is shared. */
export interface PutAside {
  readonly reason: string;
  /** Absolute path of the file in which it is kept. */
  readonly kept: string;
}

/** True where nothing contradicts what was reviewed. */
function fits(copy: PlanCopy, reviewed: PlanCopy | undefined): boolean {
  if (reviewed === undefined) return true;
  return goesOnFrom(copy.events, reviewed.events) || goesOnFrom(reviewed.events, copy.events);
}

/** Copies of plans in a folder of the user's, each written whole and under the lock that its writers take. */
export function keepPlans(options: KeptPlansOptions): KeptPlans {
  const { root, folder, state, branch, merged, phaseOf, putTogether, warn } = options;
  const pathOf = (id: string): string => `releases/${id}.yaml`;
  let foreseen: { readonly commit: string; readonly files: ReadonlyMap<string, Uint8Array | undefined> } | undefined;

  async function refresh(id: string, { evidence = false, insists }: RefreshOptions = {}) {
    const tip = await branch.tip();
    for (;;) {
      const [reviewed, shared, kept, workTree] = await Promise.all([
        mergedCopy(id),
        tip === undefined ? undefined : copyAt(tip, id),
        copyIn(folder, id),
        copyIn(root, id, 'any'),
      ]);
      const plan = effectivePlan({ merged: reviewed, shared, kept, workTree });
      if (plan === undefined) return undefined;
      if (plan.apart.includes('workTree')) warnOfWorkTree(id);
      const isContradicted = plan.apart.includes('shared');
      if (isContradicted) await warnOfShared(id);
      const theirs = isContradicted ? reviewed : (shared ?? reviewed);
      const forked = plan.apart.includes('kept') && kept !== undefined && theirs !== undefined;
      const together = forked ? await putTogether(id, kept, theirs) : undefined;
      // Put aside before it is replaced: a process that dies in between loses nothing.
      const isRefused = forked && together?.ok === false;
      const over = isRefused && fits(kept, reviewed) && (await insists?.()) === true;
      const aside = isRefused && !over ? await putAside(id, kept, together.reason) : undefined;
      const chosen = together?.ok === true ? together.plan : over ? await underOurs(id, kept, theirs) : plan;
      if (!(await replace(id, kept, chosen))) continue;
      if (evidence) await bringEvidence(id, tip, chosen.events);
      return aside;
    }
  }

  /** What is recorded here, with what others shared behind it where that can stand there; else theirs stays in the commits of the branch. */
  async function underOurs(id: string, kept: PlanCopy, theirs: PlanCopy): Promise<PlanCopy> {
    const behind = await putTogether(id, theirs, kept);
    if (behind.ok) return behind.plan;
    warn(
      `${branch.name} got a record of ${id} that does not fit what this run does in production, and does not count: ${behind.reason}; ${command`git log -p ${RECORDS_REF} -- ${pathOf(id)}`}`,
    );
    return kept;
  }

  /** The history of a plan as it was reviewed; one that does not hold says nothing. */
  async function mergedCopy(id: string): Promise<PlanCopy | undefined> {
    const tip = await merged.tip();
    const bytes = tip === undefined ? undefined : await merged.read(tip.commit, pathOf(id));
    if (bytes === undefined) return undefined;
    try {
      const copy = readCopy(bytes, pathOf(id));
      return copy.events.length > 0 && findChainFault(id, copy.events) === undefined ? copy : undefined;
    } catch (error) {
      if (error instanceof RelctlError) return undefined;
      throw error;
    }
  }

  async function warnOfShared(id: string): Promise<void> {
    const tip = await merged.tip();
    warn(
      `${branch.name} holds a history of ${pathOf(id)} that contradicts the one on ${tip?.name ?? 'the protected branch'}, which counts; no deployment begins until somebody has looked: ${command`git log -p ${RECORDS_REF} -- ${pathOf(id)}`}`,
    );
  }

  async function contradiction(id: string): Promise<string | undefined> {
    const [tip, reviewed] = [await branch.tip(), await mergedCopy(id)];
    const shared = tip === undefined ? undefined : await copyAt(tip, id);
    if (reviewed === undefined || shared === undefined) return undefined;
    return fits(shared, reviewed) ? undefined : ((await merged.tip())?.name ?? 'the protected branch');
  }

  function warnOfWorkTree(id: string): void {
    const back = command`git checkout -- ${pathOf(id)}`;
    warn(
      `${pathOf(id)} in the work tree holds a history that contradicts the one on ${branch.name}, which counts; ${back} ${PUTS_BACK}`,
    );
  }

  async function putAside(id: string, plan: PlanCopy, reason: string): Promise<PutAside> {
    const content = textOf(id, plan);
    const path = join(state, 'unwritten', `${id}-${sha256(content).slice(0, 12)}.yaml`);
    await writeAtomically(REAL_FILES, { path, shown: path, content, placement: 'replace' });
    return { reason, kept: path };
  }

  /** Files of the branch; what cannot be read of it is told and left out, as what does not hold is. */
  async function readShared(
    commit: string,
    paths: readonly string[],
    most: number,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    try {
      const { files, tooLarge } = await branch.read(commit, paths, most);
      for (const path of tooLarge)
        warn(`${branch.name} holds ${path} in a size that relctl does not read; it is left out`);
      return files;
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      warn(`${branch.name} cannot be read; it is left out: ${error.message}`);
      return new Map();
    }
  }

  /** A copy that does not hold is left out: whoever can push to the branch must not be able to stop a rollback. */
  async function copyAt(commit: string, id: string): Promise<PlanCopy | undefined> {
    const path = pathOf(id);
    const isForeseen = foreseen?.commit === commit && foreseen.files.has(path);
    const bytes = (isForeseen ? foreseen?.files : await readShared(commit, [path], LARGEST_PLAN))?.get(path);
    if (bytes === undefined) return undefined;
    try {
      const copy = readCopy(bytes, pathOf(id));
      const fault = findChainFault(id, copy.events);
      if (fault === undefined) return copy;
      warn(
        `${branch.name} holds ${pathOf(id)} with a broken history (event ${fault.seq} ${fault.problem}); it is left out`,
      );
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      warn(`${branch.name} holds ${pathOf(id)} in a form that does not read; it is left out: ${error.message}`);
    }
    return undefined;
  }

  /** `any`: a history that does not read is none; people write the text above it, and what counts of the rest is on the branch. */
  async function copyIn(base: string, id: string, history: 'any' | 'whole' = 'whole'): Promise<PlanCopy | undefined> {
    const path = join(base, pathOf(id));
    await confine(base, path, pathOf(id));
    const bytes = await readBounded(path, LARGEST_PLAN).catch(missing);
    if (bytes === undefined) return undefined;
    try {
      return readCopy(bytes, pathOf(id));
    } catch (error) {
      if (!(error instanceof RelctlError) || error.code !== 'plan.chain-broken') throw error;
      return history === 'any' ? { head: splitDocument(new TextDecoder().decode(bytes)).head, events: [] } : undefined;
    }
  }

  async function replace(id: string, seen: PlanCopy | undefined, plan: PlanCopy): Promise<boolean> {
    const text = textOf(id, plan);
    if (seen !== undefined && textOf(id, seen) === text) return true;
    await mkdir(state, { recursive: true, mode: 0o700 });
    return underWriteLock({ folder: join(state, 'locks'), name: id, shown: pathOf(id) }, async () => {
      const now = await copyIn(folder, id);
      if ((now === undefined ? '' : textOf(id, now)) !== (seen === undefined ? '' : textOf(id, seen))) return false;
      const path = join(folder, pathOf(id));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return writeAtomically(REAL_FILES, { path, shown: pathOf(id), content: text, placement: 'replace' });
    });
  }

  function textOf(id: string, { head, events }: PlanCopy): string {
    return events.length === 0 ? head : writeReleasePlan({ id, head }, events, phaseOf(events));
  }

  /** Files that events name and that are not here, from the branch or, of a time before there was one, from the work tree. */
  async function bringEvidence(id: string, tip: string | undefined, events: readonly RecordedEvent[]): Promise<void> {
    const wanted: (Evidence & { readonly path: string })[] = [];
    for (const one of evidenceOf(events).filter(({ file }) => isEvidenceName(file))) {
      const path = `releases/${id}/${one.file}`;
      if ((await stat(join(folder, path)).catch(missing)) === undefined) wanted.push({ ...one, path });
    }
    if (wanted.length === 0) return;
    const paths = wanted.map(({ path }) => path);
    const shared = tip === undefined ? new Map<string, Uint8Array>() : await readShared(tip, paths, MOST_EVIDENCE);
    for (const { path, sha256: digest } of wanted) {
      const content = shared.get(path) ?? (await readFile(join(root, path)).catch(missing));
      // A file that is not what was recorded is for the reader to refuse, from where it lies.
      if (content === undefined || sha256(content) !== digest) continue;
      await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
      await writeAtomically(REAL_FILES, { path: join(folder, path), shown: path, content, placement: 'new' });
    }
  }

  return {
    refresh,
    contradiction,
    async foresee(commit, ids) {
      const found = await readShared(commit, ids.map(pathOf), LARGEST_PLAN);
      foreseen = { commit, files: new Map(ids.map((id) => [pathOf(id), found.get(pathOf(id))])) };
    },
    copy: (id) => copyIn(folder, id),
    copyAt,
    replace,
    async files(id) {
      const plan = await copyIn(folder, id);
      const named = evidenceOf(plan?.events ?? []).filter(({ file }) => isEvidenceName(file));
      const names = named.map(({ file }) => `releases/${id}/${file}`);
      const files = new Map([[pathOf(id), join(folder, pathOf(id))]]);
      for (const path of names) {
        if ((await stat(join(folder, path)).catch(missing)) !== undefined) files.set(path, join(folder, path));
      }
      return files;
    },
  };
}

function readCopy(bytes: Uint8Array, file: string): PlanCopy {
  const { head, status } = decodePlan(bytes, file);
  return { head, events: readStatus(status, file, 1)?.events ?? [] };
}

function missing(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
  throw error;
}
