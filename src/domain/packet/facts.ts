import type { EventOf } from '../../plan/events.ts';
import type { PlannedShare } from '../deployment/planned-share.ts';
import type { GateFacts } from '../gates/gate.ts';
import type { ReleaseSummary } from '../history/release-summary.ts';
import type { RiskScore } from '../risk/score.ts';
import type { FailedAttempt } from './failed-attempts.ts';

/** What a packet is made from, beside what gates look at. */
export interface PacketFacts extends GateFacts {
  readonly requester: string;
  readonly round: number;
  readonly risk: RiskScore;
  /** Where the difference shows a variable or a migration of the plan: `api/main.js:12`, by its name. */
  readonly evidence: ReadonlyMap<string, string>;
  /** Migrations that are undone by the tool's usual command, as relctl suggested it, by their name. */
  readonly suggested: ReadonlySet<string>;
  /** What the pods make of the share of each canary, by service; without those of which it cannot be said. */
  readonly shares: ReadonlyMap<string, PlannedShare>;
  /** Earlier releases of the same services that were rolled back or froze, the latest first. */
  readonly failures: readonly ReleaseSummary[];
  /** Other releases of which nobody knows what became, as sentences. */
  readonly untold: readonly string[];
  /** Earlier attempts of this very release that were taken back or froze, in order. */
  readonly attempts: readonly FailedAttempt[];
  /** The latest rehearsal of exactly this plan. */
  readonly rehearsal: EventOf<'rehearsal.recorded'> | undefined;
}
