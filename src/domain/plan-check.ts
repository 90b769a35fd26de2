import { canaryRules } from './plan-rules/canary.ts';
import { candidateRules, migrationRules, resourceRules, variableRules } from './plan-rules/change.ts';
import { evidenceRules, securityRules, smokeRules } from './plan-rules/evidence.ts';
import type { PlanCheckFacts, PlanFinding, PlanRule } from './plan-rules/finding.ts';
import { aliases, owners, satisfiable } from './plan-rules/people.ts';
import { secretRules } from './plan-rules/secrets.ts';
import { nameRules, referenceRules, serviceRules } from './plan-rules/services.ts';
import { sloRules } from './plan-rules/slos.ts';
import { windowRules } from './plan-rules/time.ts';
import { unwritten } from './plan-rules/unwritten.ts';

export type { PlanCheckFacts, PlanFinding } from './plan-rules/finding.ts';
export { TO_BE_WRITTEN } from './plan-rules/unwritten.ts';

/** Every rule, in the order in which a person would mend what it finds. */
const RULES: readonly PlanRule[] = [
  secretRules,
  unwritten,
  windowRules,
  aliases,
  satisfiable,
  owners,
  candidateRules,
  serviceRules,
  referenceRules,
  nameRules,
  variableRules,
  migrationRules,
  resourceRules,
  sloRules,
  canaryRules,
  evidenceRules,
  smokeRules,
  securityRules,
];

/** Checks that a plan is complete, consistent, and can be satisfied by the people it names. Pure; how it stands in time is for the gates. */
export function checkPlan(facts: PlanCheckFacts): readonly PlanFinding[] {
  return RULES.flatMap((rule) => rule(facts));
}
