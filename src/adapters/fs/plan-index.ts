import { lstatSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RelctlError } from '../../domain/errors.ts';
import { type ReleaseSummary, summarise, type UnreadablePlan } from '../../domain/release-summary.ts';
import { sha256 } from '../../plan/digest.ts';
import { decodeGuarded, YAML_LIMITS } from '../../plan/guard.ts';
import { readQuickHead } from '../../plan/quick-head.ts';
import { parseReleasePlan } from '../../plan/release-plan.ts';
import { readStatus, splitDocument } from '../../plan/status-text.ts';
import { writeAtomically } from './atomic-write.ts';
import { REAL_FILES } from './file-operations.ts';
import { type FileVersion, readVersioned, versionOf } from './file-version.ts';

/** What is remembered of one plan, and of which version of its file. */
interface Remembered {
  readonly version: FileVersion;
  readonly entry: ReleaseSummary | UnreadablePlan;
}

/** Raised whenever a summary comes to hold something else, or to be made from something else. */
const FORMAT = 2;

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
  const before = await recall(options.file);
  const now = new Map<string, Remembered>();
  const entries: (ReleaseSummary | UnreadablePlan)[] = [];
  let fresh = 0;
  for (const id of idsIn(options)) {
    const known = before.get(id);
    const version = versionOf(join(options.folder, `${id}.yaml`));
    if (known !== undefined && version !== undefined && version === known.version) {
      now.set(id, known);
      entries.push(known.entry);
      continue;
    }
    const read = summaryOf(options, id);
    if (read === undefined) continue;
    entries.push(read.entry);
    if (read.version === undefined) continue;
    now.set(id, { version: read.version, entry: read.entry });
    fresh += 1;
  }
  if (fresh > 0 || now.size !== before.size) await remember(options.file, now);
  return entries;
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

/** Reads one plan; `undefined` when it is gone meanwhile. The version is left out where it must not be believed next time. */
function summaryOf(
  { folder, shown }: PlanIndexOptions,
  id: string,
): { readonly entry: ReleaseSummary | UnreadablePlan; readonly version: FileVersion | undefined } | undefined {
  const path = join(folder, `${id}.yaml`);
  const file = `${shown}/${id}.yaml`;
  try {
    if (!lstatSync(path).isFile()) {
      return { entry: { id, problem: `${file} is not a regular file` }, version: undefined };
    }
    const { bytes, version } = readVersioned(path, YAML_LIMITS.bytes + 1);
    return { entry: summaryFrom(bytes, file, id), version };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    return { entry: { id, problem: `${file} could not be read (${code ?? String(error)})` }, version: undefined };
  }
}

function summaryFrom(bytes: Uint8Array, file: string, id: string): ReleaseSummary | UnreadablePlan {
  try {
    return quickSummary(bytes, file, id) ?? wholeSummary(bytes, file, id);
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return { id, problem: error.message };
  }
}

/** Only what the summary needs is read; anything unusual is left to the real reader, and so is everything that is wrong. */
function quickSummary(bytes: Uint8Array, file: string, id: string): ReleaseSummary | UnreadablePlan | undefined {
  const { head, status } = splitDocument(decodeGuarded(bytes, file));
  const quick = readQuickHead(head);
  if (quick === undefined || quick.id !== id) return undefined;
  try {
    const events = readStatus(status, file, 1)?.events ?? [];
    return summarise({ id, metadata: quick, window: quick.window, services: quick.services, events });
  } catch {
    return undefined;
  }
}

function wholeSummary(bytes: Uint8Array, file: string, id: string): ReleaseSummary | UnreadablePlan {
  const { metadata, spec, events } = parseReleasePlan(bytes, file, id);
  const services = spec.services.map((service) => service.name);
  return summarise({ id, metadata, window: spec.window, services, events });
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
  return `relctl plan index ${FORMAT} ${sha256(body)}`;
}
