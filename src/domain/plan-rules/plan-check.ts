import { canaryRules } from './canary.ts';
import { candidateRules, migrationRules, resourceRules, variableRules } from './change.ts';
import { evidenceRules, securityRules, smokeRules } from './evidence.ts';
import type { PlanCheckFacts, PlanFinding, PlanRule } from './finding.ts';
import { aliases, disguises, owners, satisfiable } from './people.ts';
import { secretRules } from './secrets.ts';
import { nameRules, referenceRules, serviceRules } from './services.ts';
import { sloRules } from './slos.ts';
import { windowRules } from './time.ts';
import { unwritten } from './unwritten.ts';

export type { PlanCheckFacts, PlanFinding } from './finding.ts';
export { TO_BE_WRITTEN } from './unwritten.ts';

/** Every rule, in the order in which a person would mend what it finds. */
const RULES: readonly PlanRule[] = [
  secretRules,
  unwritten,
  windowRules,
  aliases,
  disguises,
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
