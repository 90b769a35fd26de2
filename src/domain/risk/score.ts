import { plural } from '../../text/plural.ts';
import type { RiskFacts } from './facts.ts';
import { POINTS, type RiskPoint } from './points.ts';

/** How risky a release is; people write one, facts give another. */
export type RiskLevel = 'low' | 'medium' | 'high';

/** A risk with all that it is made of: the sum of the points is the score. */
export interface RiskScore {
  readonly score: number;
  readonly level: RiskLevel;
  /** The heaviest first. */
  readonly points: readonly RiskPoint[];
}

/**
 * From how many points a release counts as medium and high. One irreversible step past the point of no return is medium by itself;
 * high takes several reasons. A company that sees it otherwise writes its own level and says why.
 */
export const LEVEL_FROM = { medium: 3, high: 7 } as const;

/** Scores a release from facts. No fact is weighed that the answer does not name; the same facts give the same score. */
export function scoreRisk(facts: RiskFacts): RiskScore {
  const points = POINTS.flatMap((rule) => rule(facts)).sort((a, b) => b.points - a.points);
  const score = points.reduce((sum, point) => sum + point.points, 0);
  const level = score >= LEVEL_FROM.high ? 'high' : score >= LEVEL_FROM.medium ? 'medium' : 'low';
  return { score, level, points };
}

const ORDER: readonly RiskLevel[] = ['low', 'medium', 'high'];

/** True when people wrote a lower level than the facts give. Higher is their right. */
export function isUnderstated(written: RiskLevel, { level }: Pick<RiskScore, 'level'>): boolean {
  return ORDER.indexOf(written) < ORDER.indexOf(level);
}

/** The score in one line: `medium, 4 points (written: low)`. */
export function riskSentence(written: RiskLevel, { level, score }: RiskScore): string {
  const points = `${plural(score, 'point')}`;
  return written === level ? `${level}, ${points}` : `${written} in the plan; ${level} calculated, ${points}`;
}
