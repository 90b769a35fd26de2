import type { ReleaseSummary } from '../../domain/history/release-summary.ts';
import { RelctlError } from '../../errors.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Context } from './context.ts';
import { loadPolicy } from './settings.ts';

/** The policies that the releases and the configuration name; one that cannot be read is left out, its owner is told by `plan --check`. */
export async function policiesOf(
  context: Pick<Context, 'config' | 'workspace'>,
  releases: readonly ReleaseSummary[],
): Promise<ReadonlyMap<string, Policy>> {
  const policies = new Map<string, Policy>();
  for (const process of new Set([context.config.process, ...releases.map((release) => release.process)])) {
    try {
      policies.set(process, await loadPolicy(context.workspace, process));
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
    }
  }
  return policies;
}
