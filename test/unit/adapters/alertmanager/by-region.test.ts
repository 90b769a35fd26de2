import { describe, expect, it } from 'vitest';
import { createRegionalAlerts } from '../../../../src/adapters/alertmanager/by-region.ts';
import type { AlertRoute, AlertRule, Alerts } from '../../../../src/ports/alerts.ts';

const GOOD: AlertRule = { loaded: true, healthy: true };
const routed = (...receivers: string[]): AlertRoute => ({ state: 'routed', receivers });

/** Alerts of one place, which notes the drills that it is handed. */
function place(
  name: string,
  { rule = GOOD, fired, route }: { rule?: AlertRule; fired?: number; route?: AlertRoute } = {},
) {
  const drills: string[] = [];
  const alerts: Alerts = {
    rule: async () => rule,
    lastFired: async () => fired,
    active: async () => [{ name: `of ${name}`, severity: 'page', labels: {}, since: 0 }],
    routed: async () => route ?? { state: 'no-router' },
    inject: async (_labels, note) => void drills.push(note),
  };
  return { name, alerts, routes: route !== undefined, drills };
}

describe('alerts of regions', () => {
  it('have a rule only where every place has it, and it works there', async () => {
    const sick: AlertRule = { loaded: true, healthy: false, problem: 'it fails' };
    expect(await createRegionalAlerts([place('eu'), place('us')]).rule('A')).toEqual(GOOD);
    expect(await createRegionalAlerts([place('eu'), place('us', { rule: sick })]).rule('A')).toEqual(sick);
    const none = createRegionalAlerts([place('eu', { rule: sick }), place('us', { rule: { loaded: false } })]);
    expect(await none.rule('A')).toEqual({ loaded: false });
  });

  it('are active and have fired where that is so in one place', async () => {
    const alerts = createRegionalAlerts([place('eu', { fired: 5 }), place('us', { fired: 9 }), place('asia')]);
    expect(await alerts.lastFired('A', { from: 0, to: 10 })).toBe(9);
    expect((await alerts.active()).map(({ name }) => name)).toEqual(['of eu', 'of us', 'of asia']);
    expect(await createRegionalAlerts([place('eu')]).lastFired('A', { from: 0, to: 10 })).toBeUndefined();
  });

  it('are unknown where one place cannot be asked', async () => {
    const silent = place('us');
    const alerts = createRegionalAlerts([
      place('eu'),
      { ...silent, alerts: { ...silent.alerts, active: () => Promise.reject(new Error('away')) } },
    ]);
    await expect(alerts.active()).rejects.toThrow('away');
  });

  it('reach somebody where every Alertmanager says so, and a drill is handed to each', async () => {
    const [eu, us, asia] = [
      place('eu', { route: routed('b', 'a') }),
      place('us', { route: routed('a') }),
      place('asia'),
    ];
    const alerts = createRegionalAlerts([eu, us, asia]);
    expect(await alerts.routed('A')).toEqual(routed('a', 'b'));
    await alerts.inject({}, 'a drill', 1);
    expect([eu.drills, us.drills, asia.drills]).toEqual([['a drill'], ['a drill'], []]);
    const silenced = place('us', { route: { state: 'silenced', receivers: ['a'] } });
    expect((await createRegionalAlerts([eu, silenced]).routed('A')).state).toBe('silenced');
    expect((await createRegionalAlerts([asia]).routed('A')).state).toBe('no-router');
  });
});
