import { RelctlError } from '../../errors.ts';
import type { NoData, NoDataReason, Reading } from '../../ports/metrics.ts';
import { boundedFetch, type HttpAnswer } from '../http/bounded-fetch.ts';
import { isRecord, parseJson } from '../http/json.ts';
import { cut, sayRefusal } from '../http/refusal.ts';

/** One series of an answer. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

/** A sample. */
export interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** May be NaN or infinite: PromQL's numbers are IEEE floats. */
  readonly value: number;
}

/** The query part of the Prometheus HTTP API v1. What goes wrong is a typed {@link NoData}; nothing throws. */
export interface PrometheusApi {
  /** An instant query at a moment in milliseconds. A range selector gives raw samples. */
  query(expression: string, at: number, lookback?: number): Promise<Reading<readonly Series[]>>;
  /** A range query; all times in milliseconds. */
  queryRange(expression: string, start: number, end: number, step: number): Promise<Reading<readonly Series[]>>;
  /** The unread `data` of another endpoint, such as `rules`. */
  data(path: string, parameters: Readonly<Record<string, string>>): Promise<Reading<unknown>>;
}

/** How to reach a Prometheus. */
export interface PrometheusAccess {
  /** Base URL; a path in front of `/api/v1` is kept. */
  readonly url: string;
  /** Milliseconds for one whole exchange. */
  readonly timeout: number;
  readonly fetch?: typeof fetch | undefined;
  /** Long queries too go as GET: who may read a Service through an API server need not be let post to it. */
  readonly onlyGet?: boolean;
}

/** One answer is at most this large: an hour of raw samples of about a thousand series. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Longer queries go as POST. Short ones are GET, so that a proxy which lets people only read lets relctl read. */
const MAX_URL = 4000;

/**
 * Opens the API of a Prometheus; nothing is sent yet.
 * @throws RelctlError `config.invalid` when the URL carries a password, which would then stand in a file
 */
export function openPrometheus(access: PrometheusAccess): PrometheusApi {
  const base = baseUrl(access.url, 'prometheus');
  const host = new URL(base).host;
  const call = (path: string, parameters: Readonly<Record<string, string>>) =>
    request(access, base, host, path, new URLSearchParams(parameters));
  const serverTimeout = `${Math.max(1, Math.ceil(access.timeout))}ms`;
  return {
    query: async (query, at, lookback) =>
      series(
        await call('query', {
          query,
          time: seconds(at),
          timeout: serverTimeout,
          ...(lookback === undefined ? {} : { lookback_delta: `${Math.ceil(lookback)}ms` }),
        }),
        host,
      ),
    queryRange: async (query, start, end, step) =>
      series(
        await call('query_range', {
          query,
          start: seconds(start),
          end: seconds(end),
          step: seconds(step),
          timeout: serverTimeout,
        }),
        host,
      ),
    data: call,
  };
}

/** No data, as a reading. */
export function noData(reason: NoDataReason, detail: string): { readonly ok: false; readonly noData: NoData } {
  return { ok: false, noData: { reason, detail } };
}

/** A base URL without its last slash. Throws `config.invalid` when it carries a password. */
export function baseUrl(url: string, field: string): string {
  const parsed = new URL(url);
  if (parsed.username !== '' || parsed.password !== '') {
    throw new RelctlError('config.invalid', `the ${field} URL of ${parsed.host} carries a user name or password`, {
      why: 'relctl.yaml is in git, where a secret would stay for good.',
      hints: ['remove the user name and password from the URL in relctl.yaml'],
    });
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
}

async function request(
  access: PrometheusAccess,
  base: string,
  host: string,
  path: string,
  parameters: URLSearchParams,
): Promise<Reading<unknown>> {
  const url = `${base}/api/v1/${path}`;
  const form = parameters.toString();
  const short = access.onlyGet === true || url.length + form.length < MAX_URL;
  const answer = await boundedFetch(
    // A plus is a space in forms only: AWS signs a query with %20 for it.
    short ? `${url}?${form.replaceAll('+', '%20')}` : url,
    short
      ? { method: 'GET' }
      : { method: 'POST', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    { timeout: access.timeout, maxBytes: MAX_BYTES, fetch: access.fetch },
  );
  if (!answer.ok) {
    const reason = answer.reason === 'too-large' ? 'error' : answer.reason;
    return noData(reason, `Prometheus at ${host}: ${answer.detail}`);
  }
  const body = parseJson(answer.body);
  if (isRecord(body) && body.status === 'error') {
    const timedOut = body.errorType === 'timeout' || body.errorType === 'canceled';
    return noData(
      timedOut ? 'timeout' : 'error',
      `Prometheus at ${host}: ${cut(String(body.error ?? body.errorType))}`,
    );
  }
  if (answer.status !== 200) return refusal(answer, host);
  if (!isRecord(body) || body.status !== 'success') {
    const isPage = /^\s*<(!doctype|html)/i.test(answer.body);
    const what = isPage ? 'with a web page, perhaps a login, and not' : 'in another form than';
    return noData('error', `Prometheus at ${host} answered ${what} the JSON of its API (${cut(answer.body)})`);
  }
  if (Array.isArray(body.warnings) && body.warnings.length > 0) {
    return noData('warnings', `Prometheus at ${host} warns: ${cut(String(body.warnings[0]))}`);
  }
  if (body.isPartial === true) {
    // How a cluster of VictoriaMetrics says that some of its storage did not answer (docs.victoriametrics.com, "Cluster availability").
    return noData('warnings', `the metrics store at ${host} answered with a part of its data only (isPartial)`);
  }
  return { ok: true, value: body.data };
}

/** A status without an error of Prometheus's own comes from something in between: a gateway, a login. */
function refusal(answer: Extract<HttpAnswer, { ok: true }>, host: string): Reading<never> {
  const { status } = answer;
  if (status === 504) return noData('timeout', `a gateway before Prometheus at ${host} timed out (HTTP 504)`);
  if (status === 502 || status === 503) {
    return noData('unreachable', `Prometheus at ${host} is not being served just now (HTTP ${status})`);
  }
  return noData('error', `Prometheus at ${host} ${sayRefusal(answer)}`);
}

/** Reads `data` of a query into series; a scalar is a series without labels. */
function series(answer: Reading<unknown>, host: string): Reading<readonly Series[]> {
  if (!answer.ok) return answer;
  const odd = noData('error', `Prometheus at ${host} answered in a form that is not its API's`);
  if (!isRecord(answer.value)) return odd;
  const { resultType, result } = answer.value;
  if (resultType === 'scalar') {
    const point = readPoint(result);
    return point === undefined ? odd : { ok: true, value: [{ labels: {}, points: [point] }] };
  }
  if ((resultType !== 'vector' && resultType !== 'matrix') || !Array.isArray(result)) return odd;
  const all: Series[] = [];
  for (const entry of result) {
    if (!isRecord(entry) || !isLabels(entry.metric)) return odd;
    const raw = resultType === 'vector' ? [entry.value] : entry.values;
    if (!Array.isArray(raw)) return odd;
    const points: Point[] = [];
    for (const item of raw) {
      const point = readPoint(item);
      if (point === undefined) return odd;
      points.push(point);
    }
    all.push({ labels: entry.metric, points });
  }
  return { ok: true, value: all };
}

function readPoint(value: unknown): Point | undefined {
  if (!Array.isArray(value) || typeof value[0] !== 'number' || typeof value[1] !== 'string') return undefined;
  return { at: Math.round(value[0] * 1000), value: readNumber(value[1]) };
}

function readNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  // Number('') is 0, and nothing may become a number that was none.
  return text.trim() === '' ? Number.NaN : Number(text);
}

function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((label) => typeof label === 'string');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
