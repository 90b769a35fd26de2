import type { AlertRoute } from '../../ports/alerts.ts';
import { boundedFetch, type HttpRequest } from '../http/bounded-fetch.ts';
import { isRecord, parseJson } from '../http/json.ts';
import { sayRefusal } from '../http/refusal.ts';
import { unreachable, unreadable } from './failure.ts';

/** An Alertmanager, and how long one exchange with it may take. */
export interface Router {
  readonly base: string;
  readonly timeout: number;
  readonly fetch?: typeof fetch | undefined;
}

const MAX_BYTES = 8 * 1024 * 1024;

/** Receivers of the active alerts of a name; silenced or inhibited ones are told apart, because nobody hears of them. */
export async function readRoute(router: Router, name: string): Promise<AlertRoute> {
  const filter = encodeURIComponent(`alertname=${JSON.stringify(name)}`);
  const body = await ask(router, `/api/v2/alerts?filter=${filter}`, { method: 'GET' });
  const list = parseJson(body);
  if (!Array.isArray(list)) throw unreadable(where(router), 'its list of alerts');
  const alerts = list.map((alert) => readRouted(router, alert));
  const heard = alerts.filter((alert) => alert.state === 'active');
  const receivers = [...new Set((heard.length > 0 ? heard : alerts).flatMap((alert) => alert.receivers))].sort();
  if (heard.length > 0) return { state: 'routed', receivers };
  return alerts.length > 0 ? { state: 'silenced', receivers } : { state: 'not-active' };
}

/** Posts an alert as Prometheus does; it resolves by itself. */
export async function postAlert(
  router: Router,
  labels: Readonly<Record<string, string>>,
  note: string,
  until: number,
): Promise<void> {
  const alert = { labels, annotations: { summary: note }, endsAt: new Date(until).toISOString() };
  await ask(router, '/api/v2/alerts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  });
}

async function ask(router: Router, path: string, request: HttpRequest): Promise<string> {
  const limits = { timeout: router.timeout, maxBytes: MAX_BYTES, fetch: router.fetch };
  const answer = await boundedFetch(`${router.base}${path}`, request, limits);
  if (!answer.ok) throw unreachable(`${where(router)}: ${answer.detail}`);
  if (answer.status !== 200) throw unreachable(`${where(router)} ${sayRefusal(answer)}`);
  return answer.body;
}

function readRouted(router: Router, alert: unknown): { readonly state: string; readonly receivers: readonly string[] } {
  if (!isRecord(alert) || !isRecord(alert.status) || !Array.isArray(alert.receivers)) {
    throw unreadable(where(router), 'an alert');
  }
  const receivers = alert.receivers.flatMap((one) => (isRecord(one) && typeof one.name === 'string' ? [one.name] : []));
  return { state: String(alert.status.state), receivers };
}

function where({ base }: Router): string {
  return `Alertmanager at ${new URL(base).host}`;
}
