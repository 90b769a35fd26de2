import { dispersionFactor } from './dispersion.ts';
import { comparisonSteps, EMPTY_TRAIL, extendTrail, logEvidence, type Trail } from './evidence.ts';
import { badRatio, type Counts, type EdgeReading, growth } from './look.ts';
import { logSumExp } from './special-functions.ts';
import { wanderingOf } from './spread.ts';

/**
 * A latency SLO away from its threshold: at every other edge of the histogram the requests slower than it are compared, and the mean of
 * the e-values is an e-value again, however they depend on one another (Vovk and Wang 2021). So a body that moves or a tail that grows
 * is seen although nobody chose a threshold there.
 */
export interface Edges {
  readonly known: Readonly<Record<string, Edge>>;
  /** Natural logarithm of the mean of e-values. */
  readonly evidence: number;
  /** The edge with the most evidence, once the mean has passed its limit. */
  readonly shifted?: ShiftedEdge;
}

/** An edge at which the canary is slower. Counts of requests beyond it. */
export interface ShiftedEdge {
  readonly le: string;
  readonly canary: Counts;
  readonly control: Counts;
}

interface Edge {
  readonly seen: { readonly canary: Counts; readonly control: Counts };
  /** Counts since the warm-up. */
  readonly canary: Counts;
  readonly control: Counts;
  readonly trail: Trail;
  /** v between the control's replicas, as it was at the look before. */
  readonly wandering: number;
  readonly evidence: number;
}

/** Nothing seen yet. */
export const NO_EDGES: Edges = { known: {}, evidence: 0 };

const NOTHING: Counts = { bad: 0, total: 0 };
const NEW: Edge = {
  seen: { canary: NOTHING, control: NOTHING },
  canary: NOTHING,
  control: NOTHING,
  trail: EMPTY_TRAIL,
  wandering: 0,
  evidence: 0,
};

/** Adds a look; `warm-up` only moves the counters on. */
export function observeEdges(
  edges: Edges,
  readings: readonly EdgeReading[] | undefined,
  how: 'warm-up' | (Scatter & { readonly limit: number }),
): Edges {
  if (readings === undefined || readings.length === 0) return edges;
  const known: Record<string, Edge> = { ...edges.known };
  for (const reading of readings) {
    const before = known[reading.le] ?? NEW;
    known[reading.le] = observeEdge(before, reading, how === 'warm-up' ? undefined : how);
  }
  if (how === 'warm-up') return { ...edges, known };
  const all = Object.entries(known);
  const evidence = logSumExp(all.map(([, edge]) => edge.evidence)) - Math.log(all.length);
  if (edges.shifted !== undefined || evidence < how.limit) return { ...edges, known, evidence };
  const [le, worst] = all.reduce((a, b) => (b[1].evidence > a[1].evidence ? b : a));
  return { known, evidence, shifted: { le, canary: worst.canary, control: worst.control } };
}

/** How counts scatter at every edge. */
interface Scatter {
  readonly canaryReplicas: number;
  /**
   * c at the threshold, where it is known from before the canary: what makes slow requests clump there, such as a pause, does so at the other edges. Of these
   * only what replicas differ by over all that was seen is known, in which clumps have averaged out.
   */
  readonly clumping: number;
}

function observeEdge(edge: Edge, reading: EdgeReading, scatter: Scatter | undefined): Edge {
  const seen = { canary: reading.canary, control: reading.control };
  const wandering = wanderingOf(reading.spread);
  const increment = { canary: growth(seen.canary, edge.seen.canary), control: growth(seen.control, edge.seen.control) };
  const isSound = [increment.canary, increment.control].every(({ bad, total }) => bad >= 0 && total >= bad);
  if (scatter === undefined || !isSound) return { ...edge, seen, wandering };
  const canary = plus(edge.canary, increment.canary);
  const control = plus(edge.control, increment.control);
  const trail = extendTrail(edge.trail, comparisonSteps(increment));
  const expected = canary.total * badRatio(control);
  const factor = dispersionFactor(
    { clumping: scatter.clumping, wandering: edge.wandering },
    expected,
    scatter.canaryReplicas,
  );
  return { seen, canary, control, trail, wandering, evidence: logEvidence(trail, factor) };
}

function plus(a: Counts, b: Counts): Counts {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}
