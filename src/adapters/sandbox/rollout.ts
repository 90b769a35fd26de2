import type { PodState, ReplicaSetState, RolloutState } from './world-state.ts';

/**
 * The Deployment and ReplicaSet controllers, as a pure function of time: pods are made and taken away in the steps that
 * Kubernetes' rolling update takes (pkg/controller/deployment/rolling.go: scale the new set up within the surge, scale the
 * old ones down within what may be unavailable, unhealthy pods first).
 */

/** How long the pod in a slot takes to get ready, in milliseconds of the virtual clock. */
function startupTime(slot: number): number {
  return 2000 + (slot % 4) * 500;
}

/** The ReplicaSet of the current template. */
export function currentSet(rollout: RolloutState): ReplicaSetState | undefined {
  return rollout.sets.find((set) => set.hash === rollout.current);
}

/** When the pod counts as available: ready for the minimum time; `undefined` if it never gets ready. */
export function availableAt(rollout: RolloutState, pod: PodState): number | undefined {
  return pod[2] === null ? undefined : pod[2] + rollout.minReady;
}

/** When the next thing happens by itself after `after`: a pod gets ready or available. */
export function nextEvent(rollout: RolloutState, after: number): number | undefined {
  let next: number | undefined;
  for (const set of rollout.sets) {
    for (const pod of set.pods) {
      for (const at of [pod[2], availableAt(rollout, pod)]) {
        if (typeof at === 'number' && at > after && (next === undefined || at < next)) next = at;
      }
    }
  }
  return next;
}

/** Lets the controllers act at a moment, until nothing is left to do at that moment. Changes `rollout`. */
export function reconcile(rollout: RolloutState, now: number): void {
  let acted = false;
  for (let round = 0; round < 1000; round += 1) {
    const did =
      rollout.inPlace === undefined
        ? scaleUp(rollout, now) || scaleDownOld(rollout, now)
        : fillPlaces(rollout, now) || replaceOne(rollout, now);
    if (!did) break;
    acted = true;
  }
  if (acted || hasEventAt(rollout, now)) {
    rollout.ticks += 1;
    rollout.progressedAt = now;
  }
  forgetIdle(rollout);
}

/** Lets pods of a set that could not get ready start anew, because what kept them is cured. */
export function cure(rollout: RolloutState, set: ReplicaSetState, now: number): void {
  set.pods = set.pods.map(([slot, at, ready]) => [slot, at, ready ?? now + startupTime(slot)]);
  rollout.ticks += 1;
}

/** How many ReplicaSets without pods a Deployment keeps for looking back, as Kubernetes does when nothing is said. */
const REVISION_HISTORY_LIMIT = 10;

function forgetIdle(rollout: RolloutState): void {
  const idle = rollout.sets.filter((set) => set.pods.length === 0 && set.hash !== rollout.current);
  const forgotten = new Set(idle.sort((a, b) => b.revision - a.revision).slice(REVISION_HISTORY_LIMIT));
  if (forgotten.size > 0) rollout.sets = rollout.sets.filter((set) => !forgotten.has(set));
}

function hasEventAt(rollout: RolloutState, now: number): boolean {
  return rollout.sets.some((set) => set.pods.some((pod) => pod[2] === now || availableAt(rollout, pod) === now));
}

function available(rollout: RolloutState, set: ReplicaSetState, now: number): number {
  return set.pods.filter((pod) => {
    const at = availableAt(rollout, pod);
    return at !== undefined && at <= now;
  }).length;
}

function scaleUp(rollout: RolloutState, now: number): boolean {
  const set = currentSet(rollout);
  if (set === undefined) return false;
  const total = rollout.sets.reduce((sum, each) => sum + each.pods.length, 0);
  const old = total - set.pods.length;
  // A paused Deployment still follows its replicas, but makes no pod of a new template.
  if (rollout.paused && old > 0) return false;
  if (set.pods.length > rollout.desired) {
    set.pods = keep(rollout, set, rollout.desired, now);
    return true;
  }
  if (rollout.recreate && old > 0) return false;
  const room = rollout.recreate ? rollout.desired : rollout.desired + rollout.surge - total;
  const add = Math.min(rollout.desired - set.pods.length, Math.max(0, room));
  if (add <= 0) return false;
  const taken = new Set(set.pods.map(([slot]) => slot));
  for (let slot = 0, left = add; left > 0; slot += 1) {
    if (taken.has(slot)) continue;
    makePod(set, slot, now);
    left -= 1;
  }
  return true;
}

function makePod(set: ReplicaSetState, slot: number, now: number): void {
  const doomed = set.effects.includes('crash-loop') || set.effects.includes('image-missing');
  set.pods.push([slot, now, doomed ? null : now + startupTime(slot)]);
}

/** Where pods are replaced in place: each place has one, and none is beyond the last. */
function fillPlaces(rollout: RolloutState, now: number): boolean {
  const { desired, inPlace, sets } = rollout;
  const current = currentSet(rollout);
  if (inPlace === undefined || current === undefined) return false;
  let acted = false;
  for (const set of sets) {
    const kept = set.pods.filter(([slot]) => slot < desired);
    acted ||= kept.length < set.pods.length;
    set.pods = kept;
  }
  const taken = new Set(sets.flatMap((set) => set.pods.map(([slot]) => slot)));
  const older = sets.find((set) => set !== current && set.pods.some(([slot]) => slot < inPlace.from));
  for (let slot = 0; slot < desired; slot += 1) {
    if (taken.has(slot)) continue;
    // Below the partition a pod comes back as it was.
    makePod(slot < inPlace.from ? (older ?? current) : current, slot, now);
    acted = true;
  }
  return acted;
}

/**
 * Replaces one pod of an older template. A StatefulSet takes the highest ordinal first, and waits as long as any pod is not ready; a
 * DaemonSet takes those first that are not ready.
 * Source: pkg/controller/statefulset/stateful_set_control.go and pkg/controller/daemon/update.go of Kubernetes.
 */
function replaceOne(rollout: RolloutState, now: number): boolean {
  const { inPlace, sets, current } = rollout;
  if (inPlace === undefined || inPlace.onDelete) return false;
  const unready = (pod: PodState) => pod[2] === null || pod[2] > now;
  const old = sets
    .filter((set) => set.hash !== current)
    .flatMap((set) => set.pods.filter(([slot]) => slot >= inPlace.from).map((pod) => ({ set, pod })));
  const isWaiting = sets.some((set) => set.pods.some(unready));
  const [next] =
    inPlace.by === 'ordinals'
      ? old.sort((a, b) => b.pod[0] - a.pod[0])
      : old.sort((a, b) => Number(unready(b.pod)) - Number(unready(a.pod)) || a.pod[0] - b.pod[0]);
  if (next === undefined || (isWaiting && !(inPlace.by === 'nodes' && unready(next.pod)))) return false;
  next.set.pods = next.set.pods.filter((pod) => pod !== next.pod);
  return true;
}

function scaleDownOld(rollout: RolloutState, now: number): boolean {
  const set = currentSet(rollout);
  const old = rollout.sets.filter((each) => each.hash !== rollout.current && each.pods.length > 0);
  if (set === undefined || old.length === 0 || (rollout.paused && rollout.desired > 0)) return false;
  if (rollout.recreate || rollout.desired === 0) {
    for (const each of old) each.pods = [];
    return true;
  }
  const total = rollout.sets.reduce((sum, each) => sum + each.pods.length, 0);
  const minAvailable = rollout.desired - rollout.unavailable;
  const newUnavailable = set.pods.length - available(rollout, set, now);
  let room = total - minAvailable - newUnavailable;
  if (room <= 0) return false;
  let acted = false;
  for (const each of old) {
    const healthy = available(rollout, each, now);
    const drop = Math.min(Math.max(0, room), each.pods.length - healthy);
    if (drop <= 0) continue;
    each.pods = keep(rollout, each, each.pods.length - drop, now);
    room -= drop;
    acted = true;
  }
  let spare = rollout.sets.reduce((sum, each) => sum + available(rollout, each, now), 0) - minAvailable;
  for (const each of old) {
    const drop = Math.min(Math.max(0, spare), each.pods.length);
    if (drop <= 0) continue;
    each.pods = keep(rollout, each, each.pods.length - drop, now);
    spare -= drop;
    acted = true;
  }
  return acted;
}

/** The pods that stay when a set is scaled down to `count`: ready ones before others, low slots before high ones. */
function keep(rollout: RolloutState, set: ReplicaSetState, count: number, now: number): PodState[] {
  const unready = (pod: PodState): number => {
    const at = availableAt(rollout, pod);
    return at !== undefined && at <= now ? 0 : 1;
  };
  return [...set.pods]
    .sort((a, b) => unready(a) - unready(b) || a[0] - b[0])
    .slice(0, count)
    .sort((a, b) => a[0] - b[0]);
}
