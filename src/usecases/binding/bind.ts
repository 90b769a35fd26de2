import * as z from 'zod';
import { type Bound, boundDifferences, boundOf } from '../../domain/binding/bound.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import { sha256 } from '../../plan/digest.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Spec } from '../../plan/spec.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { unixLineBytes } from '../../text/line-ends.ts';
import type { Context } from '../release/context.ts';
import { renderedObjects } from '../staging/rendered.ts';

const boundSchema = z.record(z.string(), z.string());

/** What is bound now, from relctl.yaml, the policy, the candidate's objects, and the programs of the work tree. */
async function readBound(context: Context, plan: ReleasePlan, policy: Policy): Promise<Bound> {
  const { repository, config } = context;
  const { candidate, services } = plan.spec;
  const [base, objects, programs] = await Promise.all([
    repository.resolve(candidate.base),
    renderedObjects(context, plan.spec),
    programsOf(context, [...programsOfPlan(plan.spec), ...programsOfConfig(config), ...rootsOf(config, policy)]),
  ]);
  return boundOf({ config, policy, services: services.map((one) => one.name), base, objects, programs });
}

/** Keeps what is bound beside the plan. Errors: those of reading the candidate's manifests. */
export async function keepBound(context: Context, plan: ReleasePlan, policy: Policy, name: string): Promise<Evidence> {
  const text = `${JSON.stringify(await readBound(context, plan, policy), null, 1)}\n`;
  return { ...(await context.store.keep(plan.id, `${name}.json`, text)) };
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
  const now = await readBound(context, plan, policy);
  const found: string[] = [];
  for (const { when, evidence } of kept) {
    if (evidence === undefined) {
      found.push(`nothing was kept of what was ${when}, so nothing shows that it is the same`);
    } else {
      found.push(...boundDifferences(await readKept(context, plan.id, evidence), now, when));
    }
  }
  return found;
}

async function readKept(context: Context, id: string, evidence: Evidence): Promise<Bound> {
  const bytes = await context.store.read(id, evidence);
  return boundSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

/** Commands of the plan. */
function programsOfPlan(spec: Spec): readonly string[] {
  return [
    ...spec.smokeTests.map((one) => one.command),
    ...spec.resources.map((one) => ('command' in one ? one.command : undefined)),
    ...spec.alerts.map((one) => one.drill),
  ].flatMap((command) => command ?? []);
}

/** Commands of relctl.yaml whose answer decides: what was measured, and whether the change is approved. */
function programsOfConfig({ environments, changeRecord }: Config): readonly string[] {
  const { staging, production } = environments;
  const settings: readonly (Readonly<Record<string, unknown>> | undefined)[] = [
    ...[staging, production].flatMap((one) => [one.metrics, ...one.regions.map(({ metrics }) => metrics)]),
    changeRecord,
  ];
  return settings.flatMap((one) => (Array.isArray(one?.command) ? one.command.map(String) : []));
}

/** What says whose certificates are believed, where the policy asks for signatures. */
function rootsOf({ provenance }: Config, policy: Policy): readonly string[] {
  const root = policy.provenance === undefined ? undefined : provenance.trustedRoot;
  return typeof root === 'string' ? [root] : [];
}

/** Digests of the files of the work tree that words of commands name, as program or as argument. */
async function programsOf(context: Context, words: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const named = new Set(words.filter((word) => /^[^-/][^\0]*$/.test(word)));
  const found: [string, string][] = [];
  for (const word of [...named].sort()) {
    const bytes = await fileOf(context, word);
    if (bytes !== undefined) found.push([word, sha256(unixLineBytes(bytes))]);
  }
  return Object.fromEntries(found);
}

/** What a word of a command names in the work tree, if that is a file; most words are none. */
async function fileOf(context: Context, word: string): Promise<Uint8Array | undefined> {
  try {
    return await context.workspace.readBytes(word);
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}
