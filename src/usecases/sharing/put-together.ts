import { rebaseEvents } from '../../domain/rebase/rebase.ts';
import { type PlanCopy, sharedLength } from '../../domain/records/effective-plan.ts';
import { parseReleasePlan } from '../../plan/release-plan.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { loadPolicy } from '../release/settings.ts';
import { pathsOf } from './commit-records.ts';

/**
 * The plan with what was recorded here after what others shared meanwhile; or why both cannot stand. Errors: `policy.invalid`.
 * @param now milliseconds since the epoch
 */
export async function putTogether(
  workspace: Workspace,
  id: string,
  ours: PlanCopy,
  theirs: PlanCopy,
  now: number,
): Promise<{ readonly ok: true; readonly plan: PlanCopy } | { readonly ok: false; readonly reason: string }> {
  if (ours.head !== theirs.head) {
    const reason = 'the text of the plan is another one there, and what was recorded here was recorded about this one';
    return { ok: false, reason };
  }
  const [file] = pathsOf(id);
  const { spec, metadata } = parseReleasePlan(new TextEncoder().encode(theirs.head), file, id);
  const policy = await loadPolicy(workspace, metadata.process);
  const base = theirs.events.slice(0, sharedLength(ours.events, theirs.events));
  const result = rebaseEvents({ id, spec, policy, base, ours: ours.events, theirs: theirs.events, now });
  return result.ok ? { ok: true, plan: { head: theirs.head, events: result.events } } : result;
}
