import type { RiskScore } from '../../../domain/risk/score.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { Notice } from '../revise/notice.ts';
import type { PlacedFinding } from './findings.ts';

/** What `relctl plan <id> --json` gives under `data`. Fields are only ever added. */
export interface PlanData extends Readonly<Record<string, unknown>> {
  /** Id of the release. */
  readonly release: string;
  readonly phase: 'draft';
  /** Path of the plan in the repository. */
  readonly file: string;
  /** True when the plan is new. */
  readonly created: boolean;
  /** SHA-256 that approvals are bound to; it changes with the plan's meaning. */
  readonly specDigest: string;
  /** As in the plan; `ref` is the branch that was moved to the candidate, `null` when it existed already. */
  readonly candidate: Spec['candidate'] & { readonly ref?: string | null };
  /** What was read from the difference, with file and line; only of a new plan. */
  readonly found?: Impact;
  /** What a later `plan` found anew and put in. */
  readonly added: readonly Notice[];
  /** What the plan says and the difference does not show; it is left to a person. */
  readonly stale: readonly Notice[];
  /** What the check says, each with its place as `file:line:column`. */
  readonly findings: readonly PlacedFinding[];
  readonly risk?: RiskScore;
}
