import type { Outcome } from '../domain/outcome/outcome.ts';
import { RelctlError } from '../errors.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { draftActions, foundTable, planFacts } from './planning/answer/answer.ts';
import type { PlanData } from './planning/answer/data.ts';
import { findingChecks } from './planning/answer/findings.ts';
import type { PlanOptions } from './planning/ask/options.ts';
import { riskBlocks } from './planning/check/calculated-risk.ts';
import { observe } from './planning/check/observe.ts';
import { type Draft, draftPlan } from './planning/draft/draft.ts';
import { revisePlan } from './planning/revise/revise.ts';
import type { Context } from './release/context.ts';
import { openRelease } from './release/open.ts';

/**
 * Drafts the plan of a release, or, where there is one, brings the draft up to date: what a person wrote stays.
 * @throws RelctlError `usage.*`, `candidate.*`, `gate.refused`, `repo.no-such-commit`, `plan.*`, `config.*`
 */
export async function plan(context: Context, id: string, options: PlanOptions): Promise<Outcome> {
  const existing = await existingPlan(context, id);
  if (existing !== undefined) return revisePlan(context, existing, options);
  return draftAnswer(context, await draftPlan(context, id, options));
}

async function existingPlan(context: Pick<Context, 'store'>, id: string): Promise<ReleasePlan | undefined> {
  try {
    return await context.store.load(id);
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'plan.not-found') return undefined;
    throw error;
  }
}

async function draftAnswer(context: Context, { plan: drafted, policy, candidate, impact }: Draft): Promise<Outcome> {
  const { findings, risk } = await observe(context, await openRelease(context, drafted.id), impact);
  return {
    result: 'done',
    headline: `${drafted.id} is drafted in ${drafted.file}`,
    blocks: [
      planFacts(drafted),
      { kind: 'heading', text: 'Found in the difference' },
      foundTable(impact),
      ...riskBlocks(drafted.spec, risk),
      { kind: 'heading', text: 'For you to fill in' },
      { kind: 'checks', checks: findingChecks(findings) },
      { kind: 'next', actions: draftActions(context, drafted, policy, findings) },
    ],
    data: {
      release: drafted.id,
      phase: 'draft',
      file: drafted.file,
      created: true,
      specDigest: drafted.specDigest,
      candidate: { ...drafted.spec.candidate, ref: candidate.ref ?? null },
      found: impact,
      added: [],
      stale: [],
      findings,
      risk,
    } satisfies PlanData,
    simulated: context.environments.simulated,
  };
}
