import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alerts } from '../../src/ports/alerts.ts';

/** A world with alerts, as a subject of the contract. All times in milliseconds since the epoch. */
export interface AlertsWorld {
  readonly alerts: Alerts;
  /** An alert whose rule is loaded and healthy and that fired within the span. */
  readonly fired: string;
  readonly span: { readonly from: number; readonly to: number };
  /** Labels that an alert which is firing now has at least, when there is one. */
  readonly firing?: Readonly<Record<string, string>>;
  stop?(): Promise<void>;
}

/** What every {@link Alerts} must do. */
export function describeAlertsContract(name: string, open: () => Promise<AlertsWorld>): void {
  describe(`alerts contract: ${name}`, () => {
    let world: AlertsWorld;
    beforeAll(async () => {
      world = await open();
    }, 60_000);
    afterAll(async () => {
      await world?.stop?.();
    });

    it('knows a loaded, healthy rule', async () => {
      expect(await world.alerts.rule(world.fired)).toEqual({ loaded: true, healthy: true });
    });

    it('knows when the alert last fired, within the span', async () => {
      const at = await world.alerts.lastFired(world.fired, world.span);
      expect(at).toBeGreaterThan(world.span.from);
      expect(at).toBeLessThanOrEqual(world.span.to);
    });

    it('does not take a firing of another time for one of the span', async () => {
      const { from } = world.span;
      expect(
        await world.alerts.lastFired(world.fired, { from: from - 30 * 86_400_000, to: from - 29 * 86_400_000 }),
      ).toBe(undefined);
    });

    it('knows nothing of the route of an alert that nobody has heard of', async () => {
      expect((await world.alerts.routed('NobodyHasHeardOfIt')).state).toBe('not-active');
    });

    it('shows who gets a synthetic alert, and does not take it for a firing of the rule', async () => {
      const name = 'ContractDrill';
      await world.alerts.inject({ alertname: name, severity: 'warning' }, 'a drill', Date.now() + 315_360_000_000);
      await expect
        .poll(() => world.alerts.routed(name), { timeout: 20_000 })
        .toEqual({ state: 'routed', receivers: [expect.any(String)] });
      const hour = { from: world.span.from, to: world.span.from + 1000 };
      expect(await world.alerts.lastFired(name, hour)).toBe(undefined);
    });

    it('lists active alerts with name, severity, labels and a time', async () => {
      const active = await world.alerts.active();
      for (const alert of active) {
        expect(alert.name).not.toBe('');
        expect(alert.severity).not.toBe('');
        expect(Number.isFinite(alert.since)).toBe(true);
      }
      if (world.firing !== undefined) {
        expect(active.map((alert) => alert.labels)).toContainEqual(expect.objectContaining(world.firing));
      }
    });
  });
}
