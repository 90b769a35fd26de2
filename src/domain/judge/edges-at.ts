import { judgedAt } from './late-pods.ts';
import type { Counts, EdgeReading } from './look.ts';
import { countsOf } from './replicas.ts';
import { spreadOf } from './spread.ts';
import { grown, plusAll, type Target } from './targets.ts';

/** Counts at the other edges of the histogram, each with how the control's replicas scatter there. */
export function edgesOf(side: {
  readonly canaries: readonly Target[];
  readonly late: ReadonlyMap<Target, number>;
  readonly controls: readonly Target[];
  readonly moment: number;
  readonly threshold: string;
}): { readonly edges?: readonly EdgeReading[] } {
  const { canaries, late, controls, moment, threshold } = side;
  // An edge that one of them does not have would count all of its requests as slower.
  const all = [...canaries, ...controls];
  const others = [...(controls[0]?.good.keys() ?? [])].filter(
    (edge) => edge !== threshold && Number.isFinite(Number(edge)) && all.every(({ good }) => good.has(edge)),
  );
  if (others.length === 0) return {};
  const controlAt = beyond(controls, moment);
  const canaryAt = (le: string) => canaries.map((target) => judgedAt(target, moment, late.get(target), le));
  return {
    edges: others
      .sort((a, b) => Number(a) - Number(b))
      .map((le) => {
        const replicas = controlAt(le);
        const own = plusAll(canaryAt(le));
        return { le, canary: own, control: plusAll(replicas), spread: spreadOf(replicas) };
      }),
  };
}

/** Counts of targets at a moment by edge: all events of a target are the same at each. */
function beyond(targets: readonly Target[], moment: number): (le: string) => readonly Counts[] {
  const all = targets.map(({ good, total }) => ({ good, total: grown(total.values(), moment) }));
  return (le) => all.map(({ good, total }) => countsOf(grown(good.get(le)?.values() ?? [], moment), total));
}
