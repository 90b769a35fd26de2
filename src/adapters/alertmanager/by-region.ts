import type { ActiveAlert, AlertRule, Alerts } from '../../ports/alerts.ts';

/** Alerts of a region that has a Prometheus or an Alertmanager of its own. */
export interface RegionAlerts {
  readonly name: string;
  readonly alerts: Alerts;
  /** It has an Alertmanager. */
  readonly routes: boolean;
}

/**
 * The alerts of an environment with those of its regions. A rule is loaded where every place has it, and a route is one where every
 * Alertmanager has it; an alert has fired or is active where that is so in one of them. Whatever cannot be asked fails the whole: a quiet part is not a quiet whole.
 */
export function createRegionalAlerts(places: readonly RegionAlerts[]): Alerts {
  const [first] = places;
  if (first === undefined) throw new Error('alerts of no region');
  const everywhere = <T>(ask: (alerts: Alerts) => Promise<T>) =>
    Promise.all(places.map(async ({ name, alerts }) => ({ name, value: await ask(alerts) })));
  return {
    async rule(name): Promise<AlertRule> {
      const rules = await everywhere((alerts) => alerts.rule(name));
      const missing =
        rules.find(({ value }) => !value.loaded) ?? rules.find(({ value }) => value.loaded && !value.healthy);
      return missing?.value ?? { loaded: true, healthy: true };
    },
    async lastFired(name, span) {
      const fired = await everywhere((alerts) => alerts.lastFired(name, span));
      const times = fired.flatMap(({ value }) => (value === undefined ? [] : [value]));
      return times.length === 0 ? undefined : Math.max(...times);
    },
    async active(): Promise<readonly ActiveAlert[]> {
      return (await everywhere((alerts) => alerts.active())).flatMap(({ value }) => value);
    },
    async routed(name) {
      const routes = await Promise.all(places.filter((one) => one.routes).map(({ alerts }) => alerts.routed(name)));
      const unheard = routes.find(({ state }) => state !== 'routed');
      if (unheard !== undefined || routes.length === 0) return unheard ?? { state: 'no-router' };
      const receivers = routes.flatMap((route) => (route.state === 'routed' ? route.receivers : []));
      return { state: 'routed', receivers: [...new Set(receivers)].sort() };
    },
    async inject(labels, note, until) {
      const routers = places.filter((one) => one.routes);
      for (const { alerts } of routers.length === 0 ? [first] : routers) await alerts.inject(labels, note, until);
    },
  };
}
