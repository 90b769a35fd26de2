import { serviceOf } from './deployments.ts';
import { effectsOn, FAULTS, type FaultName, type FaultPlace } from './faults.ts';
import { cure, reconcile } from './rollout.ts';
import { recordTraffic } from './traffic.ts';
import type { ActiveFault, ReplicaSetState, StoredObject, TargetState, WorldState } from './world-state.ts';

/** Switches a fault on at a place. Faults of new versions are in production unless a place is given. */
export function switchOn(state: WorldState, name: FaultName, place: FaultPlace): void {
  const candidate = FAULTS[name].scope === 'candidate';
  const environment = place.environment ?? (candidate ? 'production' : undefined);
  const where = {
    ...(environment === undefined ? {} : { environment }),
    ...(place.service === undefined ? {} : { service: place.service }),
  };
  const known = state.faults.some(
    (f) => f.name === name && f.environment === where.environment && f.service === where.service,
  );
  if (known) return;
  state.faults.push({ name, ...where, since: state.now, spared: candidate ? runningImages(state, where) : [] });
  if (name === 'prometheus-down') state.outages = [...state.outages, { from: state.now }].slice(-100);
  for (const one of ['staging', 'production']) recordTraffic(state, one, state.now);
}

/** Switches a fault off, everywhere or at a place. What suffers from it recovers. */
export function switchOff(state: WorldState, name: FaultName, place: FaultPlace): void {
  const meant = (fault: ActiveFault) =>
    (place.service === undefined || fault.service === place.service) &&
    (place.environment === undefined || fault.environment === place.environment);
  state.faults = state.faults.filter((fault) => fault.name !== name || !meant(fault));
  if (name === 'prometheus-down') {
    state.outages = state.outages.map((outage) => ({ from: outage.from, to: outage.to ?? state.now }));
  }
  for (const target of Object.values(state.targets)) {
    for (const stored of Object.values(target.objects)) recover(state, target, stored, name);
  }
  for (const environment of ['staging', 'production']) recordTraffic(state, environment, state.now);
}

function recover(state: WorldState, target: TargetState, stored: StoredObject, name: FaultName): void {
  const { rollout } = stored;
  const suffering = rollout?.sets.filter((set) => set.effects.includes(name)) ?? [];
  for (const set of suffering) {
    const place = {
      environment: target.environment,
      service: serviceOf(state, target.environment, stored, set.template),
    };
    if (effectsOn(state, place, set.image).includes(name)) continue;
    set.effects = set.effects.filter((effect) => effect !== name);
    if (rollout !== undefined && !isDoomed(set)) cure(rollout, set, state.now);
  }
  if (rollout !== undefined && suffering.length > 0) reconcile(rollout, state.now);
}

function isDoomed(set: ReplicaSetState): boolean {
  return set.effects.includes('crash-loop') || set.effects.includes('image-missing');
}

/** Images of what is to run now at a place. */
function runningImages(state: WorldState, place: FaultPlace): string[] {
  const images = new Set<string>();
  for (const target of Object.values(state.targets)) {
    if (place.environment !== undefined && target.environment !== place.environment) continue;
    for (const { rollout } of Object.values(target.objects)) {
      if (rollout === undefined || rollout.desired === 0) continue;
      for (const set of rollout.sets) if (set.hash === rollout.current || set.pods.length > 0) images.add(set.image);
    }
  }
  return [...images].sort();
}
