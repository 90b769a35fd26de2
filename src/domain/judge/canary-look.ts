import { type BakeLength, wholeBake } from '../outcome/bake-length.ts';
import type { CanaryLook, SloLook } from '../outcome/progress.ts';
import type { Decision, SloDecision } from './decision.ts';

/** What Operations see of a decision: the progress event of one look. `bakeSeconds` includes an extension. */
export function canaryLook(decision: Decision, length: BakeLength): CanaryLook {
  return {
    elapsedSeconds: decision.elapsedSeconds,
    bakeSeconds: wholeBake(length),
    length,
    share: trafficShare(decision.slos),
    slos: decision.slos.map(sloLook),
    verdict: decision.verdict,
    reason: decision.reason,
  };
}

/** Share of all requests that reached the canary, from the SLO that counts the most requests: others may see a part only. */
function trafficShare(slos: readonly SloDecision[]): number | undefined {
  let most = 0;
  let share: number | undefined;
  for (const { canary, control } of slos) {
    const all = canary.total + control.total;
    if (all > most) {
      most = all;
      share = canary.total / all;
    }
  }
  return share;
}

function sloLook(slo: SloDecision): SloLook {
  const measured = slo.canary.total > 0 || slo.control.total > 0;
  // Both tests on one scale: whichever is nearer to its own limit, shown against the comparison's.
  const nearest = Math.max(slo.evidence - slo.limit, slo.objectiveEvidence - slo.objectiveLimit);
  return {
    name: slo.name,
    canary: measured ? slo.canary : undefined,
    control: measured ? slo.control : undefined,
    evidence: measured ? slo.limit + nearest : undefined,
    limit: slo.limit,
    state: slo.code,
    ...(slo.noData === undefined ? {} : { noData: slo.noData }),
  };
}
