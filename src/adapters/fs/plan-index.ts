import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isSummary,
  mattersMore,
  type ReleaseSummary,
  type UnreadablePlan,
} from '../../domain/history/release-summary.ts';
import { sha256 } from '../../plan/digest.ts';
import type { Survey } from '../../ports/plan-store.ts';
import { writeAtomically } from './atomic-write.ts';
import { REAL_FILES } from './file-operations.ts';
import { type FileVersion, versionOf } from './file-version.ts';
import { type ReadEntry, readEntry } from './plan-entry.ts';

/** What is remembered of one plan, and of which version of its file. */
interface Remembered extends ReadEntry {
  readonly version: FileVersion;
}

/** Raised whenever a summary comes to hold something else, or to be made from something else. */
const FORMAT = 4;

/** Where the plans lie, and where what is known of them is remembered. */
export interface PlanIndexOptions {
  /** Absolute path of the folder of the plans, and its name in messages. */
  readonly folder: string;
  readonly shown: string;
  /** Absolute path of the file that remembers; nothing is lost with it. */
  readonly file: string;
  readonly isReleaseId: (id: string) => boolean;
}

/**
 * Summaries of all plans, in alphabetical order. Each file is looked at (size, times, inode) and read only when it is not the
 * one that is remembered; what is remembered is never believed of a file that changed so recently that its time could not tell.
 * A memory that is torn, garbled or of another version is thrown away; one that cannot be written costs time only.
 */
export async function summariesOf(options: PlanIndexOptions): Promise<readonly (ReleaseSummary | UnreadablePlan)[]> {
  return [...(await indexOf(options, 0)).values()].map(({ entry }) => entry);
}

/**
 * The same, and of the `most` plans that matter most each is also read in whole, once: what came of it is remembered with the
 * summary. So a list costs no more than that many whole readings the first time, and none after it.
 */
export async function surveyOf(options: PlanIndexOptions, most: number): Promise<Survey> {
  const read = [...(await indexOf(options, most)).values()];
  return {
    entries: read.map(({ entry, fault }) => fault ?? entry),
    headOnly: read.flatMap(({ entry, whole }) => (isSummary(entry) && !whole ? [entry.id] : [])),
  };
}

async function indexOf(options: PlanIndexOptions, most: number): Promise<ReadonlyMap<string, ReadEntry>> {
  const before = await recall(options.file);
  const now = new Map<string, ReadEntry & { readonly version: FileVersion | undefined }>();
  let fresh = 0;
  for (const id of idsIn(options)) {
    const known = before.get(id);
    const version = versionOf(join(options.folder, `${id}.yaml`));
    const read = known !== undefined && version === known.version ? known : readEntry(options, id, 'head');
    if (read === undefined) continue;
    now.set(id, read);
    if (read !== known) fresh += 1;
  }
  for (const id of firstOf(now, most)) {
    if (now.get(id)?.whole) continue;
    const read = readEntry(options, id, 'whole');
    if (read === undefined) now.delete(id);
    else now.set(id, read);
    fresh += 1;
  }
  const kept = new Map([...now].flatMap(([id, read]) => (isVersioned(read) ? [[id, read] as const] : [])));
  if (fresh > 0 || kept.size !== before.size) await remember(options.file, kept);
  return now;
}

function isVersioned(read: ReadEntry & { readonly version: FileVersion | undefined }): read is Remembered {
  return read.version !== undefined;
}

/** Ids of the plans that matter most. */
function firstOf(read: ReadonlyMap<string, ReadEntry>, most: number): readonly string[] {
  if (most === 0) return [];
  return [...read.values()]
    .flatMap(({ entry }) => (isSummary(entry) ? [entry] : []))
    .sort(mattersMore)
    .slice(0, most)
    .map(({ id }) => id);
}

function idsIn({ folder, isReleaseId }: PlanIndexOptions): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .filter(isReleaseId)
    .sort();
}

async function recall(file: string): Promise<ReadonlyMap<string, Remembered>> {
  try {
    const text = await readFile(file, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (text.slice(0, end) !== seal(body)) return new Map();
    return new Map(JSON.parse(body) as [string, Remembered][]);
  } catch {
    return new Map();
  }
}

async function remember(file: string, entries: ReadonlyMap<string, Remembered>): Promise<void> {
  const body = JSON.stringify([...entries]);
  const content = `${seal(body)}\n${body}`;
  await writeAtomically(REAL_FILES, { path: file, shown: file, content, placement: 'replace' }).catch(() => undefined);
}

/** The first line of the memory: its format, and the digest of the rest, so that half of it is never taken for the whole. */
function seal(body: string): string {
  return `relctl-plan-index ${FORMAT} ${sha256(body)}`;
}
