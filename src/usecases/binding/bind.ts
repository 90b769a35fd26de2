import * as z from 'zod';
import { type Bound, boundDifferences, boundOf } from '../../domain/binding/bound.ts';
import { boundTree, withoutTree } from '../../domain/binding/work-tree.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import type { StagedObjects } from '../../domain/kubernetes/staged-objects.ts';
import { RelctlError } from '../../errors.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import type { Context } from '../release/context.ts';
import { findProtectedBranch } from '../signing/trust.ts';
import { renderedObjects } from '../staging/rendered.ts';
import { versionsOfNamed } from './named-files.ts';

const boundSchema = z.record(z.string(), z.string());

/** What is bound now, from relctl.yaml, the policy, the candidate's objects, and the programs of the work tree. */
async function readBound(context: Context, plan: ReleasePlan, policy: Policy): Promise<Bound> {
  const objects = await renderedObjects(context, plan.spec);
  return boundWith(context, plan, policy, objects);
}

async function boundWith(context: Context, plan: ReleasePlan, policy: Policy, objects: StagedObjects): Promise<Bound> {
  const { repository, config } = context;
  const { candidate, services } = plan.spec;
  const [base, programs] = await Promise.all([repository.resolve(candidate.base), versionsOfNamed(context, plan.spec)]);
  return boundOf({ config, policy, services: services.map((one) => one.name), base, objects, programs });
}

/** Keeps what is bound beside the plan. Errors: those of reading the candidate's manifests. */
export async function keepBound(context: Context, plan: ReleasePlan, policy: Policy, name: string): Promise<Evidence> {
  const bound = await readBound(context, plan, policy);
  // Nobody answers for a work tree where nobody signs.
  const tree = policy.signing.mode === 'required' ? boundTree(await submittedTree(context)) : {};
  const text = `${JSON.stringify({ ...bound, ...tree }, null, 1)}\n`;
  return { ...(await context.store.keep(plan.id, `${name}.json`, text)) };
}

async function submittedTree({ repository, signing }: Pick<Context, 'repository' | 'signing'>) {
  const commit = await repository.resolve('HEAD');
  const tip = await findProtectedBranch((await signing()).protectedBranch);
  return { commit, since: tip === undefined ? undefined : await repository.filesSince(tip.commit, commit) };
}

/**
 * What differs between what was bound when the release was submitted, and when it was staged, and what there is now. What was not kept
 * proves nothing, so it is a difference as well.
 */
export async function bindingDifferences(
  context: Context,
  plan: ReleasePlan,
  policy: Policy,
  state: Pick<ReleaseState, 'cab' | 'stage'>,
): Promise<readonly string[]> {
  const kept = [
    ...(state.cab === undefined ? [] : [{ when: 'submitted', evidence: state.cab.bound }]),
    ...(state.stage?.result === 'completed' ? [{ when: 'staged', evidence: state.stage.bound }] : []),
  ];
  const differences = async (now: Bound, isCompared: (name: string) => boolean) => {
    const found: string[] = [];
    for (const { when, evidence } of kept) {
      if (evidence === undefined) {
        found.push(`nothing was kept of what was ${when}, so nothing shows that it is the same`);
        continue;
      }
      const before = Object.entries(withoutTree(await readKept(context, plan.id, evidence)));
      found.push(...boundDifferences(Object.fromEntries(before.filter(([name]) => isCompared(name))), now, when));
    }
    return found;
  };
  const packet = await otherThanKept(context, plan.id, state.cab?.packet ?? []);
  if (packet.length > 0) return packet;
  // Rendering may run a program that relctl.yaml names: nothing of another relctl.yaml is run to find out that it is another.
  const named = await differences(await boundWith(context, plan, policy, {}), (name) => !name.startsWith('object '));
  return named.length > 0 ? named : differences(await readBound(context, plan, policy), () => true);
}

/** What the board reads is what was submitted: a packet that somebody edited says what nobody stands for. */
async function otherThanKept(
  { store }: Pick<Context, 'store'>,
  id: string,
  kept: readonly Evidence[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const one of kept) {
    try {
      await store.read(id, one);
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      found.push(`${error.message} (evidence-mismatch)`);
    }
  }
  return found;
}

/** What was bound with an act, as it was kept. Errors: those of evidence that is gone or another. */
export async function readKept(context: Pick<Context, 'store'>, id: string, evidence: Evidence): Promise<Bound> {
  const bytes = await context.store.read(id, evidence);
  return boundSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}
