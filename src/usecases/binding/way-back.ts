import { type Bound, boundDifferences, boundOf } from '../../domain/binding/bound.ts';
import { placesOf } from '../../domain/binding/way-back.ts';
import { treeOf } from '../../domain/binding/work-tree.ts';
import { clusterUidOf, productionTargets } from '../../domain/deployment/steps.ts';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import type { BranchTip } from '../../ports/protected-branch.ts';
import type { Context } from '../release/context.ts';
import type { Journal } from '../release/journal.ts';
import { foreignText } from '../release/own-text.ts';
import { CONFIG_FILE } from '../release/settings.ts';
import type { Signing } from '../signing/signing.ts';
import { findProtectedBranch } from '../signing/trust.ts';
import { readKept } from './bind.ts';
import type { FilesGround } from './named-files.ts';
import { configAt } from './reviewed.ts';
import { standingOf } from './submitted-tree.ts';
import { reviewedOf } from './watched.ts';

type Ground = FilesGround & Pick<Context, 'signing' | 'store' | 'records'>;

/**
 * In what a way back would not be that of what was deployed, as sentences. Everywhere: the targets that are recorded of the deployment are those
 * of relctl.yaml. Where people sign, also that the plan is the one that was deployed, and that relctl.yaml names production as the protected
 * branch does, or as was submitted: whoever may push could else let a rollback touch nothing, and have that signed. Of a deployment that nothing proves to
 * have begun, the plan is the one of the work tree: what is undone, and the commit that it is rendered from, would else be anybody's.
 */
export async function wayBackDifferences(
  context: Ground,
  journal: Pick<Journal, 'plan' | 'state' | 'counted' | 'proves'>,
  signing: Signing,
): Promise<readonly string[]> {
  const { plan, state, counted } = journal;
  const { deployment } = state;
  if (deployment === undefined) return [];
  const { clusters, specDigest } = deployment.started.data;
  const missing = missingTargets(context.config, clusters);
  if (signing.sealing === undefined || missing.length > 0) return missing;
  if (specDigest !== plan.specDigest) {
    return [`${plan.file} is not the plan that was deployed: what is undone, and how, is read from it`];
  }
  const foreign = journal.proves(deployment.started) ? undefined : await foreignText(context, plan);
  if (foreign !== undefined) return [`${foreign}: nothing proves that this one was deployed`];
  return notAsReviewed(context, { plan, state, counted }, signing);
}

function missingTargets(config: Config, clusters: Readonly<Record<string, string>>): readonly string[] {
  const targets = productionTargets(config);
  return Object.entries(clusters).flatMap(([target, uid]) => {
    if (!targets.includes(target)) {
      return [`${target} was deployed to, and ${CONFIG_FILE} names ${targets.join(', ')}: it would be left as it is`];
    }
    const named = clusterUidOf(config, target);
    return named === undefined || named === uid
      ? []
      : [`${target} was the cluster ${uid} when it was deployed to, and ${CONFIG_FILE} names ${named}`];
  });
}

async function notAsReviewed(
  context: Ground,
  { plan, state, counted }: Pick<Journal, 'plan' | 'state' | 'counted'>,
  signing: Signing,
): Promise<readonly string[]> {
  const tip = await tipOf(context);
  const submitted = await fromSubmission(context, { plan, state, counted }, signing);
  const tree = typeof submitted === 'string' ? undefined : treeOf(submitted);
  const isTakenBack =
    tip !== undefined && tree !== undefined && (await standingOf(context, tree, tip.commit)).takenBack.has(CONFIG_FILE);
  const isReviewed = tip !== undefined && (await reviewedOf(context, tip.commit, [CONFIG_FILE])).has(CONFIG_FILE);
  if (isReviewed && !isTakenBack) return [];
  const services = plan.spec.services.map((one) => one.name);
  const placesIn = (config: Config) =>
    placesOf(boundOf({ config, policy: signing.policy, services, base: '', objects: {}, programs: {} }));
  const now = placesIn(context.config);
  const merged = tip === undefined ? undefined : await configAt(context, tip.commit);
  const fromMerged = merged === undefined ? undefined : boundDifferences(placesIn(merged), now, 'reviewed');
  if (fromMerged?.length === 0 && !isTakenBack) return [];
  // Where no protected branch is found, which no push brings about, what was kept is all there is.
  if (signing.trust === undefined && fromMerged !== undefined) return fromMerged.map(elsewhere);
  return typeof submitted === 'string'
    ? [submitted]
    : boundDifferences(placesOf(submitted), now, 'submitted').map(elsewhere);
}

function elsewhere(difference: string): string {
  return `${difference}: a rollback goes where the deployment went`;
}

/** What was bound with the submission, or why nothing of it is known. */
async function fromSubmission(
  context: Pick<Context, 'store'>,
  { plan, state: { cab }, counted }: Pick<Journal, 'plan' | 'state' | 'counted'>,
  { examination }: Signing,
): Promise<Bound | string> {
  const submission = counted.findLast((event) => event.type === 'cab.submitted');
  const isRefused = examination?.refused.some((one) => one.hash === submission?.hash) === true;
  if (cab?.bound === undefined || isRefused) return `nothing proves which ${CONFIG_FILE} was submitted`;
  try {
    return await readKept(context, plan.id, cab.bound);
  } catch (error) {
    if (error instanceof RelctlError) return error.message;
    throw error;
  }
}

async function tipOf({ signing }: Pick<Context, 'signing'>): Promise<BranchTip | undefined> {
  try {
    return await findProtectedBranch((await signing()).protectedBranch);
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}
