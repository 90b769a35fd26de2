import type { Config } from '../../plan/config.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';

/** Something that is wrong with a plan, with how to mend it. */
export interface PlanFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Path in the document, for the place. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly fix: string;
}

/** What a plan is checked against. */
export interface PlanCheckFacts {
  readonly plan: Pick<ReleasePlan, 'id' | 'metadata' | 'spec'>;
  readonly policy: Policy;
  readonly config: Config;
  /** What the Product Manager chose for it, where they were asked. */
  readonly chosen?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One rule of the check; what it finds is in the order of the document. */
export type PlanRule = (facts: PlanCheckFacts) => readonly PlanFinding[];

type Path = PlanFinding['path'];

/** A finding with which a plan cannot go to the CAB. */
export function error(code: string, path: Path, problem: string, fix: string): PlanFinding {
  return { code, severity: 'error', path, problem, fix };
}

/** A finding that people should look at. */
export function warning(code: string, path: Path, problem: string, fix: string): PlanFinding {
  return { code, severity: 'warning', path, problem, fix };
}

/** Names that stand twice in a list. */
export function repeated(names: readonly string[], path: Path): readonly PlanFinding[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [error('names.twice', [...path, index], `"${name}" stands twice`, 'give each its own name')],
  );
}
