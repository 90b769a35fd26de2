import { writeSelector } from '../../plan/promql/selector.ts';
import type { ActiveAlert, AlertRule, Alerts } from '../../ports/alerts.ts';
import type { Reading } from '../../ports/metrics.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { isRecord, parseJson } from '../http/json.ts';
import { sayRefusal } from '../http/refusal.ts';
import { baseUrl, openPrometheus, type PrometheusApi } from '../prometheus/api.ts';
import { unreachable, unreadable } from './failure.ts';
import { postAlert, type Router, readRoute } from './router.ts';

/** Where alerts are evaluated and where they are routed. */
export interface AlertsOptions {
  /** The Prometheus that evaluates the rules. */
  readonly prometheus: Server;
  /** The Alertmanager. Without it active alerts come from Prometheus, which knows nothing of silences. */
  readonly alertmanager?: Server | undefined;
  /** Milliseconds for one exchange. */
  readonly timeout: number;
}

/** A base URL, and how it is asked where that is not Node's own way. */
interface Server {
  readonly url: string;
  readonly fetch?: typeof fetch | undefined;
}

const MAX_BYTES = 32 * 1024 * 1024;
const HOUR = 3_600_000;

/**
 * The alerts port on the Prometheus HTTP API v1 and the Alertmanager API v2. Unlike metrics it throws
 * (`alerts.unreachable`) when it cannot know: an alert that was not asked about must not look like one that is quiet.
 */
export function createPrometheusAlerts(options: AlertsOptions): Alerts {
  const { timeout } = options;
  const api = openPrometheus({ ...options.prometheus, timeout });
  const alertmanager =
    options.alertmanager === undefined
      ? undefined
      : { base: baseUrl(options.alertmanager.url, 'alertmanager'), timeout, fetch: options.alertmanager.fetch };
  return {
    rule: (name) => readRule(api, name),
    lastFired: (name, span) => readLastFired(api, name, span),
    active: () => (alertmanager === undefined ? readFiring(api) : readActive(alertmanager)),
    routed: async (name) => (alertmanager === undefined ? { state: 'no-router' } : readRoute(alertmanager, name)),
    inject: (labels, note, until) => {
      if (alertmanager === undefined) throw unreachable('relctl.yaml names no Alertmanager for this environment');
      return postAlert(alertmanager, labels, note, until);
    },
  };
}

/** All rules of the name count: a name may have several, one a severity. */
async function readRule(api: PrometheusApi, name: string): Promise<AlertRule> {
  const data = known(await api.data('rules', { type: 'alert' }));
  if (!isRecord(data) || !Array.isArray(data.groups)) throw unreadable('Prometheus', 'its list of rules');
  const rules = data.groups
    .flatMap((group) => (isRecord(group) && Array.isArray(group.rules) ? group.rules : []))
    .filter((rule) => isRecord(rule) && rule.name === name && (rule.type ?? 'alerting') === 'alerting');
  if (rules.length === 0) return { loaded: false };
  const sick = rules.find((rule) => rule.health !== 'ok');
  if (sick === undefined) return { loaded: true, healthy: true };
  const problem = sick.health === 'unknown' ? 'it has not been evaluated yet' : String(sick.lastError || sick.health);
  return { loaded: true, healthy: false, problem };
}

/** The latest sample of `ALERTS` in state firing: by the hour first, then by the sample within the last hour that has any. */
async function readLastFired(
  api: PrometheusApi,
  name: string,
  span: { readonly from: number; readonly to: number },
): Promise<number | undefined> {
  if (span.to <= span.from) return undefined;
  const selector = writeSelector({
    metric: 'ALERTS',
    matchers: [
      { label: 'alertname', operator: '=', value: name },
      { label: 'alertstate', operator: '=', value: 'firing' },
    ],
  });
  const start = span.to - (Math.ceil((span.to - span.from) / HOUR) - 1) * HOUR;
  const hours = known(await api.queryRange(`max(count_over_time(${selector}[${HOUR}ms]))`, start, span.to, HOUR));
  const last = hours[0]?.points.at(-1)?.at;
  if (last === undefined) return undefined;
  const raw = known(await api.query(`${selector}[${HOUR}ms]`, last));
  const times = raw.flatMap((series) => series.points.map((point) => point.at)).filter((at) => at > span.from);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Alertmanager's active alerts: neither silenced nor inhibited. */
async function readActive({ base, timeout, fetch }: Router): Promise<readonly ActiveAlert[]> {
  const url = `${base}/api/v2/alerts?active=true&silenced=false&inhibited=false&unprocessed=false`;
  const answer = await boundedFetch(url, { method: 'GET' }, { timeout, maxBytes: MAX_BYTES, fetch });
  const where = `Alertmanager at ${new URL(base).host}`;
  if (!answer.ok) throw unreachable(`${where}: ${answer.detail}`);
  if (answer.status !== 200) throw unreachable(`${where} ${sayRefusal(answer)}`);
  return readAlertList(parseJson(answer.body), 'startsAt', where);
}

/** Prometheus's own firing alerts. */
async function readFiring(api: PrometheusApi): Promise<readonly ActiveAlert[]> {
  const data = known(await api.data('alerts', {}));
  const all = isRecord(data) && Array.isArray(data.alerts) ? data.alerts : undefined;
  const firing = all?.filter((alert) => !isRecord(alert) || alert.state === 'firing');
  return readAlertList(firing, 'activeAt', 'Prometheus');
}

function readAlertList(list: unknown, sinceField: string, where: string): readonly ActiveAlert[] {
  if (!Array.isArray(list)) throw unreadable(where, 'its list of alerts');
  return list.map((alert) => {
    if (!isRecord(alert) || !isRecord(alert.labels)) throw unreadable(where, 'an alert');
    const labels = Object.fromEntries(Object.entries(alert.labels).map(([label, value]) => [label, String(value)]));
    const since = Date.parse(String(alert[sinceField]));
    if (labels.alertname === undefined || Number.isNaN(since)) throw unreadable(where, 'an alert');
    return { name: labels.alertname, severity: labels.severity ?? 'unknown', labels, since };
  });
}

function known<T>(reading: Reading<T>): T {
  if (reading.ok) return reading.value;
  throw unreachable(reading.noData.detail);
}
