import { isSummary } from '../../../domain/history/release-summary.ts';
import type { Block } from '../../../domain/outcome/outcome.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import { historyOf, type RiskFacts } from '../../../domain/risk/facts.ts';
import { isUnderstated, type RiskScore, riskSentence, scoreRisk } from '../../../domain/risk/score.ts';
import { RelctlError } from '../../../errors.ts';
import { OWN_PATHS } from '../../../evidence/impact/own-files.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Context } from '../../release/context.ts';

/**
 * Scores the risk of a plan from the plan, from its difference, and from the other releases of the repository.
 * @param size of the difference, where it was read already
 */
export async function riskOf(
  context: Pick<Context, 'store' | 'clock' | 'repository'>,
  plan: { readonly id: string; readonly spec: RiskFacts['spec'] },
  size?: RiskFacts['size'],
): Promise<RiskScore> {
  const { spec, id } = plan;
  const services = spec.services.map((service) => service.name);
  const releases = (await context.store.summaries()).filter(isSummary);
  return scoreRisk({
    spec,
    size: size ?? (await sizeOf(context.repository, spec.candidate)),
    ...historyOf(services, releases, id, context.clock.now()),
  });
}

/** In a shallow clone, or before a fetch, the commits of the plan may not be here; that is a fact, no failure. */
async function sizeOf(
  repository: Context['repository'],
  candidate: { readonly base: string; readonly commit: string },
): Promise<RiskFacts['size']> {
  try {
    return await repository.changeSize(candidate.base, candidate.commit, OWN_PATHS);
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'repo.no-such-commit') return undefined;
    throw error;
  }
}

/** The risk for people: both levels, and each point with its weight. */
export function riskBlocks(spec: Pick<ReleasePlan['spec'], 'risk'>, risk: RiskScore): readonly Block[] {
  return [
    { kind: 'heading', text: `Risk: ${riskSentence(spec.risk.level, risk)}` },
    risk.points.length === 0
      ? { kind: 'text', text: 'No risk points: a small, reversible change.' }
      : {
          kind: 'table',
          columns: ['points', 'because'],
          rows: risk.points.map((one) => [`+${one.points}`, one.reason]),
        },
  ];
}

/** What is said when people wrote a lower level than the facts give. */
export function riskFindings(spec: Pick<ReleasePlan['spec'], 'risk'>, risk: RiskScore): readonly PlanFinding[] {
  if (!isUnderstated(spec.risk.level, risk)) return [];
  return [
    {
      code: 'risk.understated',
      severity: 'warning',
      path: ['spec', 'risk', 'level'],
      problem: `the plan says risk ${spec.risk.level}; calculated is ${risk.level} (${risk.points.map((one) => `${one.reason} +${one.points}`).join(', ')})`,
      fix: `write ${risk.level}, or say in spec.risk.notes why it is less`,
    },
  ];
}
