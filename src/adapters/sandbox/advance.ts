import { nextEvent, reconcile } from './rollout.ts';
import { recordTraffic } from './traffic.ts';
import type { RolloutState, WorldState } from './world-state.ts';

/**
 * Moves the world's time: everything that happens by itself until then happens, in order. A time in the past changes
 * nothing. Going there in one step or in many gives the same world.
 */
export function advanceWorld(state: WorldState, to: number): void {
  while (state.now < to) {
    const next = nextHappening(state);
    if (next === undefined || next.at > to) {
      state.now = to;
      return;
    }
    state.now = next.at;
    for (const { rollout } of next.rollouts) reconcile(rollout, next.at);
    for (const environment of new Set(next.rollouts.map((each) => each.environment))) {
      recordTraffic(state, environment, next.at);
    }
  }
}

interface Happening {
  readonly at: number;
  readonly rollouts: readonly { readonly rollout: RolloutState; readonly environment: string }[];
}

function nextHappening(state: WorldState): Happening | undefined {
  let at: number | undefined;
  let rollouts: { rollout: RolloutState; environment: string }[] = [];
  for (const target of Object.values(state.targets)) {
    for (const { rollout } of Object.values(target.objects)) {
      const event = rollout === undefined ? undefined : nextEvent(rollout, state.now);
      if (rollout === undefined || event === undefined || (at !== undefined && event > at)) continue;
      if (event !== at) rollouts = [];
      at = event;
      rollouts.push({ rollout, environment: target.environment });
    }
  }
  return at === undefined ? undefined : { at, rollouts };
}
