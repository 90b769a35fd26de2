import type { Evidence } from '../../ports/plan-store.ts';
import type { Context } from '../release/context.ts';
import type { RecordedCheck } from './check-lines.ts';

/** A file that shows something: it was read, and is kept only when what it shows is recorded. */
export interface FoundFile {
  /** Where it lies in the repository. */
  readonly path: string;
  /** Name under which it is kept. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A check before it is recorded. */
export interface PendingCheck extends RecordedCheck {
  readonly found?: FoundFile;
}

/** The check without the bytes of its file, which is named instead: for people who have yet to decide. */
export function undecided({ found, ...check }: PendingCheck): RecordedCheck {
  return found === undefined ? check : { ...check, detail: `${check.detail} (${found.path})` };
}

/** Keeps the files of the checks beside the plan, bound to them by their digests. */
export async function keepFound(
  { store }: Pick<Context, 'store'>,
  release: string,
  checks: readonly PendingCheck[],
): Promise<{ readonly checks: RecordedCheck[]; readonly evidence: Evidence[] }> {
  const kept: RecordedCheck[] = [];
  const evidence: Evidence[] = [];
  // One after the other: two files of one name get different numbers.
  for (const { found, ...check } of checks) {
    if (found === undefined) kept.push(check);
    else {
      const file = { ...(await store.keep(release, found.name, found.content)) };
      kept.push({ ...check, evidence: file });
      evidence.push(file);
    }
  }
  return { checks: kept, evidence };
}
