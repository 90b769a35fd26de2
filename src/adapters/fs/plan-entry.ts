import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type ReleaseSummary, summarise, type UnreadablePlan } from '../../domain/history/release-summary.ts';
import { RelctlError } from '../../errors.ts';
import { LARGEST_PLAN } from '../../plan/guard.ts';
import { readQuickHead } from '../../plan/quick-head.ts';
import { parseReleasePlan } from '../../plan/release-plan.ts';
import { decodePlan, readStatus } from '../../plan/status-text.ts';
import { type FileVersion, readVersioned } from './file-version.ts';

/** What one plan came to when it was read. */
export interface ReadEntry {
  readonly entry: ReleaseSummary | UnreadablePlan;
  /** True when all of the text was read and checked, as a command does that works with the plan. */
  readonly whole: boolean;
  /** What is wrong below what a summary is made from. */
  readonly fault?: UnreadablePlan;
}

/** Where the plans lie, and how their folder is called in messages. */
interface Folder {
  readonly folder: string;
  readonly shown: string;
}

/**
 * Reads one plan, for its summary or in whole; `undefined` when it is gone meanwhile. The version is left out where it must not
 * be believed next time.
 */
export function readEntry(
  { folder, shown }: Folder,
  id: string,
  how: 'head' | 'whole',
): (ReadEntry & { readonly version: FileVersion | undefined }) | undefined {
  const path = join(folder, `${id}.yaml`);
  const file = `${shown}/${id}.yaml`;
  const unreadable = (problem: string) => ({
    entry: { id, code: 'plan.unreadable', problem, place: { file } } as const,
    whole: true,
    version: undefined,
  });
  try {
    if (!lstatSync(path).isFile()) return unreadable(`${file} is not a regular file`);
    const { bytes, version } = readVersioned(path, LARGEST_PLAN + 1);
    const quick = readQuickly(bytes, file, id);
    if (quick === undefined) return { entry: readWhole(bytes, file, id), whole: true, version };
    if (how === 'head') return { entry: quick, whole: false, version };
    const read = readWhole(bytes, file, id);
    return { entry: quick, whole: true, version, ...('problem' in read ? { fault: read } : {}) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    return unreadable(`${file} could not be read (${code ?? String(error)})`);
  }
}

/** Only what the summary needs is read; anything unusual is left to the real reader, and so is everything that is wrong. */
function readQuickly(bytes: Uint8Array, file: string, id: string): ReleaseSummary | UnreadablePlan | undefined {
  try {
    const { head, status } = decodePlan(bytes, file);
    const quick = readQuickHead(head);
    if (quick === undefined || quick.id !== id) return undefined;
    const events = readStatus(status, file, 1)?.events ?? [];
    return summarise({ id, metadata: quick, window: quick.window, services: quick.services, events });
  } catch {
    return undefined;
  }
}

function readWhole(bytes: Uint8Array, file: string, id: string): ReleaseSummary | UnreadablePlan {
  try {
    const { metadata, spec, events } = parseReleasePlan(bytes, file, id);
    const services = spec.services.map((service) => service.name);
    return summarise({ id, metadata, window: spec.window, services, events });
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const { code, message, place } = error;
    return { id, code, problem: message, ...(place === undefined ? {} : { place }) };
  }
}
