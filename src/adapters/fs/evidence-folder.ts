import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import { fromGit } from '../../plan/guard.ts';
import type { Evidence, PlanStore } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import { unixLineBytes, windowsLineBytes } from '../../text/line-ends.ts';
import { sweepTemporaryFiles, writeAtomically } from './atomic-write.ts';
import { readBounded } from './bounded-read.ts';
import { confine } from './confine.ts';
import { type FileOperations, systemCode } from './file-operations.ts';
import { checkEvidenceName, checkReleaseId } from './release-id.ts';

/** Evidence that is larger than this is not what a release leaves behind. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What the evidence part of the store shares with the rest of it. */
export interface EvidenceFolderOptions {
  /** Absolute path of the work tree, below which no link may lead elsewhere. */
  readonly root: string;
  /** Absolute path of the folder of the plans, and its name in messages. */
  readonly folder: string;
  readonly shown: string;
  readonly files: FileOperations;
  /** Runs with the lock of the release held. */
  readonly underLock: <T>(id: string, work: () => Promise<T>) => Promise<T>;
}

/** The files beside the plans: written once, never changed, checked against their digest when they are read. */
export function evidenceFolder(options: EvidenceFolderOptions): Pick<PlanStore, 'keep' | 'read'> {
  const { root, folder, shown, files, underLock } = options;

  async function keep(id: string, name: string, content: string | Uint8Array): Promise<Evidence> {
    checkReleaseId(id);
    checkEvidenceName(name);
    const digest = sha256(content);
    return underLock(id, async () => {
      for (let number = 1; ; number += 1) {
        const file = numbered(name, number);
        const path = join(folder, id, file);
        const label = `${shown}/${id}/${file}`;
        await confine(root, path, label);
        await sweepTemporaryFiles(files, path);
        const placed = await writeAtomically(files, { path, shown: label, content, placement: 'new' });
        if (placed || (await digestOf(path, label)) === digest) return { file, sha256: digest };
      }
    });
  }

  async function read(id: string, evidence: Evidence): Promise<Uint8Array> {
    checkReleaseId(id);
    checkEvidenceName(evidence.file);
    const path = join(folder, id, evidence.file);
    const label = `${shown}/${id}/${evidence.file}`;
    await confine(root, path, label);
    const bytes = await readIfThere(path, label);
    if (bytes === undefined) throw mismatch(label, 'is gone');
    // Where no attribute keeps git from it, a clone has other line ends than the one in which the file was kept.
    for (const form of [() => bytes, () => unixLineBytes(bytes), () => windowsLineBytes(bytes)]) {
      const kept = form();
      if (sha256(kept) === evidence.sha256) return kept;
    }
    throw mismatch(label, 'is not the file that was kept');
  }

  return { keep, read };
}

async function digestOf(path: string, label: string): Promise<string | undefined> {
  const bytes = await readIfThere(path, label);
  return bytes === undefined ? undefined : sha256(bytes);
}

async function readIfThere(path: string, label: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await readBounded(path, MAX_BYTES);
    if (bytes.byteLength > MAX_BYTES) throw mismatch(label, `has more than ${MAX_BYTES} bytes`);
    return bytes;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (error instanceof RelctlError) throw error;
    throw new RelctlError('plan.unreadable', `${label} could not be read (${systemCode(error) || String(error)})`, {
      place: { file: label },
      hints: [command`ls -ld ${label}`],
      cause: error,
    });
  }
}

/** `report.xml`, `report-2.xml`, `report-3.xml` … */
function numbered(name: string, number: number): string {
  if (number === 1) return name;
  const dot = name.lastIndexOf('.');
  const cut = dot > name.lastIndexOf('/') + 1 ? dot : name.length;
  return `${name.slice(0, cut)}-${number}${name.slice(cut)}`;
}

function mismatch(label: string, problem: string): RelctlError {
  return new RelctlError('plan.evidence-mismatch', `${label} ${problem}`, {
    place: { file: label },
    why: 'The plan names this file with the SHA-256 of its bytes: decisions rest on exactly those.',
    hints: fromGit(label),
  });
}
