import type { Trust } from '../../domain/signing/trust.ts';
import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { SigningGround } from '../release/context.ts';

/** Hashes of the events in the plan as the protected branch has it, read when they are asked for. */
export function mergedHashes(
  { protectedBranch }: SigningGround,
  { id, file }: Pick<ReleasePlan, 'id' | 'file'>,
  tip: Pick<Trust, 'commit'>,
): () => Promise<ReadonlySet<string>> {
  let read: Promise<ReadonlySet<string>> | undefined;
  const load = async (): Promise<ReadonlySet<string>> => {
    const bytes = await protectedBranch.read(tip.commit, file);
    const { parseReleasePlan } = await import('../../plan/release-plan.ts');
    try {
      return new Set(bytes === undefined ? [] : parseReleasePlan(bytes, file, id).events.map((event) => event.hash));
    } catch (error) {
      if (error instanceof RelctlError) return new Set();
      throw error;
    }
  };
  return () => {
    read ??= load();
    return read;
  };
}
