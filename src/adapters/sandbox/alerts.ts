import { RelctlError } from '../../errors.ts';
import type { ActiveAlert, Alerts } from '../../ports/alerts.ts';
import { faultOn } from './faults.ts';
import { keyOf } from './random.ts';
import { trafficKey } from './traffic.ts';
import type { World } from './world.ts';
import type { WorldState } from './world-state.ts';

/** How long a version must serve errors before the company's own alert fires. */
const FOR_MS = 5 * 60_000;

/** How long a new alert fires in staging when Operations try it. */
const TRIED_FOR_MS = 10 * 60_000;

/**
 * The alerting of one environment. Every rule that is asked for is loaded. In staging, a new alert fires from one or two
 * minutes after each deployment on, for ten minutes, as Operations try it then; in any environment the company's own alert
 * fires while a version with the fault `canary-errors` serves for long.
 */
export function createSandboxAlerts(environment: 'staging' | 'production', world: World): Alerts {
  const read = (): WorldState => {
    const state = world.read();
    if (faultOn(state, 'prometheus-down', { environment })) {
      throw new RelctlError('alerts.unreachable', `simulated: the alerting of ${environment} does not answer`, {
        why: 'What cannot be read is never taken as good.',
        hints: ['relctl sandbox clear --name prometheus-down'],
      });
    }
    return state;
  };
  return {
    async rule() {
      read();
      return { loaded: true, healthy: true };
    },
    async lastFired(name, span) {
      const state = read();
      if (environment !== 'staging' || faultOn(state, 'alert-never-fires')) return undefined;
      return firings(state, name, span.to)
        .filter((last) => last > span.from)
        .at(-1);
    },
    async routed(name) {
      const state = read();
      const drilled = state.drills.some((drill) => drill.alert === name && drill.until > state.now);
      const isNew = state.lessons.alerts.some((alert) => alert.name === name);
      // The simulated router remembers: what Operations tried after a deployment counts as routed from then on.
      const tried = isNew && environment === 'staging' && firings(state, name, state.now).length > 0;
      return drilled || tried ? { state: 'routed', receivers: ['simulated-on-call'] } : { state: 'not-active' };
    },
    async inject(labels, _note, until) {
      read();
      world.change((state) => {
        const drill = {
          alert: labels.alertname ?? '',
          at: state.now,
          until: Math.max(until, state.now),
          synthetic: true,
        };
        state.drills = [...state.drills, drill].slice(-100);
      });
    },
    async active() {
      return erringServices(read(), environment);
    },
  };
}

/** When the alert was last seen firing after each deployment and drill in staging, up to a moment; in the order of time. */
function firings(state: WorldState, name: string, to: number): readonly number[] {
  if (faultOn(state, 'alert-never-fires')) return [];
  const delay = 60_000 + (keyOf(state.seed, `alert ${name}`) % 60_000);
  const drills = state.drills.filter((drill) => drill.alert === name && !drill.synthetic);
  return [
    ...(state.deploys.staging ?? []).map((at) => ({ from: at + delay, until: at + delay + TRIED_FOR_MS })),
    ...drills.map((drill) => ({ from: drill.at, until: drill.until })),
  ]
    .flatMap(({ from, until }) => {
      const last = Math.min(until, state.now, to);
      return last >= from ? [last] : [];
    })
    .sort((a, b) => a - b);
}

function erringServices(state: WorldState, environment: string): readonly ActiveAlert[] {
  const prefix = trafficKey(environment, '');
  return Object.entries(state.traffic).flatMap(([key, history]): ActiveAlert[] => {
    if (!key.startsWith(prefix)) return [];
    const bad = history.map((point) => point.serving.some((each) => each.effects.includes('canary-errors')));
    const began = history[bad.lastIndexOf(false) + 1]?.at;
    if (began === undefined || state.now - began < FOR_MS) return [];
    const service = key.slice(prefix.length);
    const labels = { alertname: 'SimulatedHighErrorRate', severity: 'critical', service, environment };
    return [{ name: 'SimulatedHighErrorRate', severity: 'critical', labels, since: began + FOR_MS }];
  });
}
