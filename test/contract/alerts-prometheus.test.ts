import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusAlerts } from '../../src/adapters/alertmanager/alerts.ts';
import { RelctlError } from '../../src/errors.ts';
import type { Alerts } from '../../src/ports/alerts.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import {
  freePort,
  haveBinaries,
  type StartedServer,
  startAlertmanager,
  startPrometheus,
} from '../support/prometheus.ts';
import { describeAlertsContract } from './alerts.contract.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const RULES = `
groups:
  - name: wallet
    interval: 1s
    rules:
      - { alert: WalletErrors, expr: vector(1), labels: { severity: critical } }
      - { alert: WalletQuiet, expr: vector(1) > 2, labels: { severity: warning } }
      - { alert: WalletBroken, expr: 'label_replace(vector(1), "a", "b", "c", "d") * on() group_left() (vector(1) or label_replace(vector(1), "x", "y", "", ""))' }
      - { record: WalletErrors, expr: vector(1) }
  - name: later
    interval: 30d
    rules:
      - { alert: WalletLater, expr: vector(1) }
`;

/** Posts alerts as Prometheus does. */
async function post(alertmanager: string, alerts: readonly Record<string, unknown>[]): Promise<void> {
  const response = await fetch(`${alertmanager}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(response.status).toBe(200);
}

/** Waits until a value is there. */
async function eventually<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await read();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}

describe.skipIf(!haveBinaries('prometheus', 'promtool', 'prometheus-alertmanager'))(
  'the alerts port on a real Prometheus and Alertmanager',
  () => {
    let prometheus: StartedServer;
    let alertmanager: StartedServer;
    let alerts: Alerts;

    beforeAll(async () => {
      [prometheus, alertmanager] = await Promise.all([
        startPrometheus({
          config: 'rule_files: [rules.yml]\n',
          files: { 'rules.yml': RULES },
          history: [
            {
              name: 'ALERTS',
              labels: { alertname: 'Past', alertstate: 'firing', severity: 'critical' },
              samples: [60, 75, 90].map((at) => [T0 / 1000 + at, 1] as const),
            },
            {
              name: 'ALERTS',
              labels: { alertname: 'Past', alertstate: 'pending', severity: 'critical' },
              samples: [[T0 / 1000 + 45, 1] as const, [T0 / 1000 + 3000, 1] as const],
            },
          ],
        }),
        startAlertmanager(),
      ]);
      alerts = createPrometheusAlerts({ prometheus, alertmanager, timeout: 10_000 });
      await post(alertmanager.url, [
        { labels: { alertname: 'WalletErrors', severity: 'critical', service: 'web' } },
        { labels: { alertname: 'Silenced', severity: 'warning' } },
        { labels: { alertname: 'NoSeverity' } },
        { labels: { alertname: 'Over' }, startsAt: '2026-01-01T00:00:00Z', endsAt: '2026-01-01T00:05:00Z' },
      ]);
      const silence = await fetch(`${alertmanager.url}/api/v2/silences`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          matchers: [{ name: 'alertname', value: 'Silenced', isRegex: false }],
          startsAt: new Date(Date.now() - 1000).toISOString(),
          endsAt: new Date(Date.now() + 3_600_000).toISOString(),
          createdBy: 'test',
          comment: 'test',
        }),
      });
      expect(silence.status).toBe(200);
      await eventually(async () => {
        const rule = await alerts.rule('WalletErrors');
        const names = (await alerts.active()).map((alert) => alert.name);
        return rule.loaded && rule.healthy && names.includes('WalletErrors') && !names.includes('Silenced')
          ? true
          : undefined;
      });
    }, 60_000);
    afterAll(async () => {
      await Promise.all([prometheus?.stop(), alertmanager?.stop()]);
    });

    describeAlertsContract('Prometheus and Alertmanager', async () => {
      const started = Date.now() - 600_000;
      await eventually(() => alerts.lastFired('WalletErrors', { from: started, to: Date.now() }));
      return {
        alerts,
        fired: 'WalletErrors',
        span: { from: started, to: Date.now() },
        firing: { alertname: 'WalletErrors', severity: 'critical', service: 'web' },
      };
    });

    it('tells a rule that fails, one not evaluated yet, and one that is not loaded', async () => {
      const broken = await eventually(async () => {
        const rule = await alerts.rule('WalletBroken');
        return rule.loaded && rule.problem?.includes('matching') ? rule : undefined;
      });
      expect(broken).toMatchObject({ loaded: true, healthy: false });
      expect(await alerts.rule('WalletLater')).toEqual({
        loaded: true,
        healthy: false,
        problem: 'it has not been evaluated yet',
      });
      expect(await alerts.rule('NoSuchAlert')).toEqual({ loaded: false });
    });

    it('gives the last moment of firing; pending does not count, nor does what lies at or before the start', async () => {
      const last = (from: number, to: number) =>
        alerts.lastFired('Past', { from: T0 + from * 1000, to: T0 + to * 1000 });
      expect(await last(0, 3600)).toBe(T0 + 90_000);
      expect(await last(0, 80)).toBe(T0 + 75_000);
      expect(await last(-100 * 3600, 48 * 3600)).toBe(T0 + 90_000);
      expect(await last(90, 3600)).toBe(undefined);
      expect(await last(0, 50)).toBe(undefined);
      expect(await alerts.lastFired('WalletQuiet', { from: T0, to: Date.now() })).toBe(undefined);
      expect(await alerts.lastFired('x"} or vector(1) or ALERTS{a="', { from: T0, to: T0 + 1000 })).toBe(undefined);
    });

    it('leaves out silenced and resolved alerts, and says unknown where there is no severity', async () => {
      // The drill of the contract is still there.
      const active = (await alerts.active()).filter((alert) => alert.name !== 'ContractDrill');
      expect(active.map((alert) => alert.name).sort()).toEqual(['NoSeverity', 'WalletErrors']);
      expect(active.find((alert) => alert.name === 'NoSeverity')?.severity).toBe('unknown');
    });

    it('tells a silenced alert from one that reaches somebody', async () => {
      expect(await alerts.routed('WalletErrors')).toEqual({ state: 'routed', receivers: ['nobody'] });
      expect(await alerts.routed('Silenced')).toEqual({ state: 'silenced', receivers: ['nobody'] });
      expect((await alerts.routed('Wallet.*')).state).toBe('not-active');
      const alone = createPrometheusAlerts({ prometheus, timeout: 10_000 });
      expect(await alone.routed('WalletErrors')).toEqual({ state: 'no-router' });
    });

    it('takes active alerts from Prometheus where there is no Alertmanager', async () => {
      const alone = createPrometheusAlerts({ prometheus, timeout: 10_000 });
      const active = await alone.active();
      expect(active.map((alert) => [alert.name, alert.severity])).toContainEqual(['WalletErrors', 'critical']);
      expect(active.map((alert) => alert.name)).not.toContain('WalletQuiet');
    });
  },
);

describe('an Alertmanager or Prometheus that fails', () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  async function expectUnreachable(alerts: Alerts): Promise<void> {
    const span = { from: T0, to: T0 + 7_200_000 };
    for (const ask of [() => alerts.rule('A'), () => alerts.lastFired('A', span), () => alerts.active()]) {
      const error = await ask().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(RelctlError);
      expect(error).toMatchObject({ code: 'alerts.unreachable', hints: expect.arrayContaining(['relctl doctor']) });
    }
  }

  it('is unreachable when nothing listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expectUnreachable(createPrometheusAlerts({ prometheus: { url }, alertmanager: { url }, timeout: 5000 }));
    await expectUnreachable(createPrometheusAlerts({ prometheus: { url }, timeout: 5000 }));
  });

  it.each([
    ['never answers', undefined, ''],
    ['answers 500', 500, 'oops'],
    ['redirects', 302, ''],
    ['answers no JSON', 200, '<html>log in</html>'],
    ['answers another JSON', 200, '{"status":"success","data":{}}'],
    ['answers a list of something else', 200, '[{"labels":{}}]'],
    ['answers with a list of numbers', 200, '[1]'],
  ])('throws when it %s', async (_name, status, body) => {
    const server = await startHttpServer((_request, response) => {
      if (status !== undefined) response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end(body);
    });
    servers.push(server);
    await expectUnreachable(createPrometheusAlerts({ prometheus: server, alertmanager: server, timeout: 300 }));
    expect(server.requests).toHaveLength(3);
  });
});
