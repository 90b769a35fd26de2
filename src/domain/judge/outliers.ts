import type { DispersionSums, ReplicaSums } from './dispersion-sums.ts';

/** Of the control's replicas, the share that may be left out: more than that is how the control is. */
const MOST_OUT = 0.2;
/** A sick replica fails so many times as much as the others together … */
const TIMES = 3;
/** … and that is no chance: natural logarithm of the likelihood ratio, after clumps. */
const EVIDENCE = 9;
const FEWEST_REPLICAS = 4;

/**
 * Replicas of the control that are sick, from what was seen before the look at hand: a replica that fails three times as much as the
 * others, beyond chance. It would make the control look worse than what users get from a healthy pod, and it makes
 * everything seem to scatter, so that nothing is visible. Leaving it out is decided before its next events are counted, so the comparison stays fair.
 *
 * @param clumping index of dispersion of counts, by which the evidence is divided
 */
export function sickReplicas(sums: Pick<DispersionSums, 'replicas'>, clumping: number): readonly string[] {
  const known = Object.entries(sums.replicas).filter(([, one]) => one.expected > 0);
  if (known.length < FEWEST_REPLICAS) return [];
  const most = Math.floor(known.length * MOST_OUT);
  const sick: string[] = [];
  // The worst first: while it is among the others it hides those that are less sick.
  while (sick.length < most) {
    const rest = known.filter(([name]) => !sick.includes(name));
    const all = rest.reduce((sum, [, one]) => ({ bad: sum.bad + one.bad, total: sum.total + one.total }), NOTHING);
    const worst = rest.reduce((a, b) => (ratioOf(b[1]) > ratioOf(a[1]) ? b : a));
    const others = { bad: all.bad - worst[1].bad, total: all.total - worst[1].total };
    if (!isSick(worst[1], others, clumping)) break;
    sick.push(worst[0]);
  }
  return sick;
}

const NOTHING = { bad: 0, total: 0 };

function isSick(one: ReplicaSums, others: { readonly bad: number; readonly total: number }, clumping: number): boolean {
  if (others.total <= 0) return false;
  // Half an event more, so that others without any do not make of one event a sickness.
  const mean = (one.total * (others.bad + 0.5)) / others.total;
  const { bad } = one;
  return bad > TIMES * mean && (bad * Math.log(bad / mean) - (bad - mean)) / clumping > EVIDENCE;
}

function ratioOf(replica: ReplicaSums): number {
  return replica.total > 0 ? replica.bad / replica.total : 0;
}

/** A replica that most of what replicas differ by beyond chance is of, and how many times as often as the others together it fails. */
export interface OddReplica {
  readonly name: string;
  readonly times: number;
}

/** Standard deviations of chance from which a replica differs. */
const ODD = 3;

/**
 * The replica of the control that is not sick and yet the reason that replicas differ: it fails more than the others, and most of the scatter beyond chance is its own.
 * @param without replicas that are left out
 */
export function oddReplica(
  sums: Pick<DispersionSums, 'replicas'>,
  without: readonly string[],
  clumping: number,
): OddReplica | undefined {
  const known = Object.entries(sums.replicas).filter(([name, one]) => one.expected > 0 && !without.includes(name));
  if (known.length < FEWEST_REPLICAS) return undefined;
  const beyond = ({ residual, variance }: ReplicaSums) => Math.max(0, residual ** 2 - clumping * variance);
  const all = known.reduce((sum, [, one]) => sum + beyond(one), 0);
  const [name, worst] = known.reduce((a, b) => (b[1].residual > a[1].residual ? b : a));
  if (beyond(worst) <= all / 2 || worst.residual ** 2 <= ODD ** 2 * clumping * worst.variance) return undefined;
  const others = known.reduce(
    (sum, [other, { bad, total }]) => (other === name ? sum : { bad: sum.bad + bad, total: sum.total + total }),
    NOTHING,
  );
  return others.bad <= 0 ? undefined : { name, times: ratioOf(worst) / (others.bad / others.total) };
}
