import { unknownNamed, unknownStrategy } from '../../../domain/deployment/strategies/strategies.ts';
import type { Phase } from '../../../domain/process/phases.ts';
import type { RiskScore } from '../../../domain/risk/score.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { Context } from '../../release/context.ts';
import type { Release } from '../../release/open.ts';
import type { PlacedFinding } from '../answer/findings.ts';
import { allFindings } from './all-findings.ts';
import { riskOf } from './calculated-risk.ts';

/** A release of whose plan everything is known that can be found: gates, packet and answers of it say the same. */
export interface ObservedRelease extends Release {
  readonly findings: readonly PlacedFinding[];
  readonly risk: RiskScore;
}

/** Until then a plan can be mended; afterwards what git says of its branches is history. */
const OPEN: readonly Phase[] = ['draft', 'submitted', 'approved', 'staged', 'ready'];

/**
 * Looks at all that a plan rests on, and puts what is found among the facts of its release: what `plan --check` says is what
 * `submit-cab` refuses, what the packet shows, and what `status` tells.
 * @param read what lies between base and candidate, where it was read already
 * @throws RelctlError `canary.unknown-strategy` with its line: what a canary shows cannot be asked of a strategy that is none
 */
export async function observe(context: Context, release: Release, read?: Impact): Promise<ObservedRelease> {
  const { plan, state } = release.journal;
  const unknown = OPEN.includes(state.phase) ? unknownNamed(plan.spec) : undefined;
  if (unknown !== undefined) throw unknownStrategy(unknown.strategy, undefined, plan.place(unknown.path));
  const risk = await riskOf(context, plan, read?.size);
  const known = release.facts().findings();
  // What the submission is refused for is found before it is tried.
  const schedule = state.phase === 'draft' ? await release.schedule() : undefined;
  const beside: Release = {
    ...release,
    ...(schedule === undefined ? {} : { schedule: async () => schedule }),
    facts: (actor) => ({ ...release.facts(actor), ...schedule }),
  };
  const findings = OPEN.includes(state.phase) ? await allFindings(context, beside, risk, read) : [];
  return {
    ...beside,
    findings,
    risk,
    facts: (actor) => ({ ...beside.facts(actor), findings: () => (findings.length === 0 ? known : findings) }),
  };
}
