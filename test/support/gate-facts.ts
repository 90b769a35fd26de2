import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { GateFacts } from '../../src/domain/gates/gate.ts';
import { EMPTY_STATE, type ReleaseState } from '../../src/domain/history/state.ts';
import type { Phase } from '../../src/domain/process/phases.ts';
import { windowSpan } from '../../src/domain/schedule/calendar.ts';
import { type Policy, policySchema } from '../../src/plan/policy.ts';
import { samplePlan } from './sample-plan.ts';

/** The policy that ships with relctl. */
export function standardPolicy(change: (policy: Record<string, never>) => void = () => undefined): Policy {
  const file = fileURLToPath(new URL('../../templates/process/standard-3.0.yaml', import.meta.url));
  const written = parse(readFileSync(file, 'utf8')) as Record<string, never>;
  change(written);
  return policySchema.parse(written);
}

const PLAN = samplePlan();
const POLICY = standardPolicy();

/** Facts of the sample plan in a phase, ten days before its window, with nobody acting; parts can be replaced. */
export function gateFacts(
  phase: Phase,
  replaced: Partial<GateFacts> = {},
  state: Partial<ReleaseState> = {},
): GateFacts {
  return {
    plan: PLAN,
    state: { ...EMPTY_STATE, phase, ...state },
    policy: POLICY,
    now: windowSpan(PLAN.spec.window).start - 10 * 86_400_000,
    actor: undefined,
    others: [],
    findings: () => [],
    ...replaced,
  };
}
