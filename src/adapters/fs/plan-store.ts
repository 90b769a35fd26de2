import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { appendEvent, type NewEvent } from '../../plan/chain.ts';
import { countedEvents } from '../../plan/counted.ts';
import { sha256 } from '../../plan/digest.ts';
import type { EventType, RecordedEvent } from '../../plan/events.ts';
import { LARGEST_PLAN } from '../../plan/guard.ts';
import { dateBehind } from '../../plan/order/dates.ts';
import { parseReleasePlan, type ReleasePlan, rereadHistory, writeReleasePlan } from '../../plan/release-plan.ts';
import { splitDocument } from '../../plan/status-text.ts';
import type { PlanStore } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import { unixLines } from '../../text/line-ends.ts';
import { nearest } from '../../text/nearest.ts';
import { sweepTemporaryFiles, writeAtomically } from './atomic-write.ts';
import { readBounded } from './bounded-read.ts';
import { changedUnderneath } from './changed-underneath.ts';
import { confine } from './confine.ts';
import { evidenceFolder } from './evidence-folder.ts';
import { type FileOperations, REAL_FILES, systemCode } from './file-operations.ts';
import { type PlanIndexOptions, summariesOf, surveyOf } from './plan-index.ts';
import { checkReleaseId, isReleaseId } from './release-id.ts';
import { underWriteLock } from './write-lock.ts';

/** What the store needs to know. */
export interface PlanStoreOptions {
  /** Absolute path of the repository's work tree. */
  readonly root: string;
  /** Folder of the plans, relative to `root`. */
  readonly releases: string;
  /** Absolute path of the folder for locks and memory; it is made. */
  readonly state: string;
  /** The phase that a history of events amounts to. */
  readonly phaseOf: (events: readonly RecordedEvent[]) => string;
  /** The file system; tests put faults into it. */
  readonly files?: FileOperations;
}

/** Plans as files of a git work tree. Locks and texts that could not be written lie in a folder of the user's. */
export function createPlanStore(options: PlanStoreOptions): PlanStore {
  const { root, releases, state, phaseOf, files = REAL_FILES } = options;
  const folder = join(root, releases);
  const pathOf = (id: string): string => join(folder, `${id}.yaml`);
  const shownAs = (id: string): string => `${releases}/${id}.yaml`;

  async function list(): Promise<readonly string[]> {
    const names = await readdir(folder).catch((error) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw unreadable(releases, error);
    });
    return names
      .filter((name) => name.endsWith('.yaml') && isReleaseId(name.slice(0, -'.yaml'.length)))
      .map((name) => name.slice(0, -'.yaml'.length))
      .sort();
  }

  async function load(id: string): Promise<ReleasePlan> {
    checkReleaseId(id);
    const bytes = await readIfThere(id);
    if (bytes === undefined) throw notFound(id, shownAs(id), await list());
    return parseReleasePlan(bytes, shownAs(id), id);
  }

  async function readIfThere(id: string): Promise<Uint8Array | undefined> {
    await confine(root, pathOf(id), shownAs(id));
    try {
      return await readBounded(pathOf(id), LARGEST_PLAN);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw unreadable(shownAs(id), error);
    }
  }

  async function create(id: string, head: string): Promise<ReleasePlan> {
    checkReleaseId(id);
    const text = wholeLines(headOnly(head, shownAs(id)));
    const bytes = new TextEncoder().encode(text);
    const plan = parseReleasePlan(bytes, shownAs(id), id);
    const placed = await underLock(id, async () => {
      await confine(root, pathOf(id), shownAs(id));
      return writeAtomically(files, { path: pathOf(id), shown: shownAs(id), content: bytes, placement: 'new' });
    });
    if (!placed) throw alreadyThere(id, shownAs(id));
    return plan;
  }

  async function rewrite(plan: ReleasePlan, head: string): Promise<ReleasePlan> {
    return replace(plan, wholeLines(headOnly(head, plan.file)), plan.events);
  }

  async function append(plan: ReleasePlan, events: readonly NewEvent<EventType>[]): Promise<ReleasePlan> {
    let chain = plan.events;
    for (const event of events) {
      chain = appendEvent(plan.id, chain, { ...event, at: notBefore(event, chain) }).events;
    }
    return replace(plan, plan.head, chain);
  }

  /** Compares and swaps: the file must still have the revision that was read. */
  async function replace(plan: ReleasePlan, head: string, events: readonly RecordedEvent[]): Promise<ReleasePlan> {
    checkReleaseId(plan.id);
    const text =
      events.length === 0 && plan.claimedPhase === undefined
        ? head
        : writeReleasePlan({ id: plan.id, head }, events, phaseOf(events));
    const bytes = new TextEncoder().encode(text);
    // What could not be read again is not written.
    const written = rereadHistory(plan, bytes);
    await underLock(plan.id, async (stillHeld) => {
      await refuseIfChanged(plan, text);
      const lastCheck = async (): Promise<void> => {
        await stillHeld();
        await refuseIfChanged(plan, text);
      };
      const path = pathOf(plan.id);
      await writeAtomically(files, { path, shown: plan.file, content: bytes, placement: 'replace', lastCheck });
    });
    return written;
  }

  async function refuseIfChanged(plan: ReleasePlan, intended: string): Promise<void> {
    const now = await readIfThere(plan.id);
    if (now !== undefined && sha256(now) === plan.revision) return;
    const kept = join(state, 'unwritten', `${plan.id}-${sha256(intended).slice(0, 12)}.yaml`);
    await writeAtomically(files, { path: kept, shown: kept, content: intended, placement: 'replace' });
    throw changedUnderneath({
      file: plan.file,
      before: textAsRead(plan),
      now: now === undefined ? undefined : unixLines(new TextDecoder().decode(now)),
      kept,
    });
  }

  /** Runs with the plan's lock held; the work gets a check that it still is, to make right before it swaps. */
  async function underLock<T>(id: string, work: (stillHeld: () => Promise<void>) => Promise<T>): Promise<T> {
    await prepareStateFolder();
    return underWriteLock({ folder: join(state, 'locks'), name: id, shown: shownAs(id) }, async (held) => {
      await sweepTemporaryFiles(files, pathOf(id));
      return work(async () => {
        if (!(await held())) throw lostLock(shownAs(id));
      });
    });
  }

  async function prepareStateFolder(): Promise<void> {
    try {
      await mkdir(state, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new RelctlError('plan.write-failed', `${state} could not be made: ${String(error)}`, {
        why: 'relctl keeps its locks there.',
        hints: [command`ls -ld ${dirname(state)}`],
        cause: error,
      });
    }
  }

  async function index(): Promise<PlanIndexOptions> {
    // Without its folder there is nothing to remember in; the summaries are made all the same.
    if ((await stat(folder).catch(() => undefined)) !== undefined) await prepareStateFolder().catch(() => undefined);
    return { folder, shown: releases, file: join(state, 'index.json'), isReleaseId };
  }

  return {
    list,
    summaries: async () => summariesOf(await index()),
    survey: async (most) => surveyOf(await index(), most),
    load,
    create,
    rewrite,
    append,
    ...evidenceFolder({ root, folder, shown: releases, files, underLock }),
  };
}

/** The text that was read, made again from what is known of it: a plan has exactly one text. */
function textAsRead(plan: ReleasePlan): string {
  return plan.claimedPhase === undefined ? plan.head : writeReleasePlan(plan, plan.events, plan.claimedPhase);
}

function wholeLines(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function headOnly(head: string, file: string): string {
  if (splitDocument(head).status === '') return head;
  throw new RelctlError('plan.schema', `${file}: the new text holds a status of its own`, {
    place: { file },
    why: 'relctl alone writes the history; the text above it is what people write.',
    hints: ['leave out everything from the line that begins with status:'],
  });
}

/** Another machine may have recorded something since the event was dated. */
function notBefore({ at, simulated }: NewEvent<EventType>, chain: readonly RecordedEvent[]): string {
  const own = Date.parse(at);
  const date = dateBehind(countedEvents(chain, simulated ? 'any' : 'real'), own, own);
  return date === own ? at : new Date(date).toISOString();
}

function notFound(id: string, file: string, known: readonly string[]): RelctlError {
  const near = nearest(id, known);
  return new RelctlError('plan.not-found', `there is no release ${id}`, {
    why: `Its plan would be ${file}.`,
    hints: [
      ...near.map((one) => `did you mean ${one}?`),
      'relctl list',
      ...(near.length > 0 ? [] : [command`relctl plan ${id}`]),
    ],
    data: { id, near },
  });
}

function alreadyThere(id: string, file: string): RelctlError {
  return new RelctlError('plan.exists', `${file} exists already`, {
    place: { file },
    why: 'A release has one plan; nothing was written over it.',
    hints: [command`relctl status ${id}`],
  });
}

function lostLock(file: string): RelctlError {
  return new RelctlError('plan.write-failed', `${file}: this process was stopped while it wrote, and lost its turn`, {
    place: { file },
    why: 'Another process may have written since; nothing was written over it.',
    hints: ['run the command again'],
  });
}

function unreadable(file: string, cause: unknown): RelctlError {
  return new RelctlError('plan.unreadable', `${file} could not be read (${systemCode(cause) || String(cause)})`, {
    place: { file },
    why: 'Nothing is decided about a release whose plan cannot be seen.',
    hints: [command`ls -ld ${file}`],
    cause,
  });
}
