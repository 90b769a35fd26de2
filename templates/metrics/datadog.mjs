#!/usr/bin/env node
// An example of a program behind `metrics: { store: command, command: [node, relctl/metrics/datadog.mjs] }`: counts events by Datadog's
// timeseries query (docs.datadoghq.com/api/latest/metrics, "Query timeseries points"). Needs DD_API_KEY and DD_APP_KEY; DD_SITE where it is not datadoghq.com.
// The metrics of a plan (`slos`, `successMetrics`) are names of this table; labels and matchers become tags. docs/metrics-command.md has the contract.
import { text } from 'node:stream/consumers';

const METRICS = {
  http_requests_total: 'trace.http.request.hits',
  http_requests_good_total: 'trace.http.request.hits.good',
};
const SECONDS = 60;

const base = process.env.DD_URL ?? `https://api.${process.env.DD_SITE ?? 'datadoghq.com'}`;
const request = JSON.parse(await text(process.stdin));

async function series(query, from, to) {
  const url = `${base}/api/v1/query?${new URLSearchParams({ from: String(from), to: String(to), query })}`;
  const response = await fetch(url, {
    headers: { 'DD-API-KEY': process.env.DD_API_KEY ?? '', 'DD-APPLICATION-KEY': process.env.DD_APP_KEY ?? '' },
    redirect: 'error',
  });
  const body = await response.json();
  if (!response.ok || body.status !== 'ok')
    throw new Error(`HTTP ${response.status}: ${body.error ?? JSON.stringify(body.errors)}`);
  return body.series;
}

/** `track="canary"` is the tag track:canary, `!=` leaves it out; Datadog has no regular expressions. */
function tag({ label, operator, value }) {
  if (operator === '=') return `${label}:${value}`;
  if (operator === '!=') return `!${label}:${value}`;
  throw new Error(`the matcher ${label}${operator}"${value}" cannot be asked of Datadog`);
}

async function counts({ metric, matchers, from, to }) {
  const name = METRICS[metric];
  if (name === undefined) return { noData: `${metric} is not in the table of this program` };
  const scope = matchers.map(tag).join(',') || '*';
  const query = `sum:${name}{${scope}} by {pod_name}.as_count().rollup(sum, ${SECONDS})`;
  const found = await series(query, Math.floor(Date.parse(from) / 1000), Math.ceil(Date.parse(to) / 1000));
  return {
    interval: SECONDS,
    series: found.map(({ tag_set: tags = [], pointlist }) => ({
      labels: Object.fromEntries(
        tags
          .map((one) => one.split(/:(.*)/s).slice(0, 2))
          .map(([key, value]) => [key === 'pod_name' ? 'pod' : key, value]),
      ),
      // A point is dated by the beginning of its stretch.
      counts: pointlist
        .filter(([, value]) => value !== null)
        .map(([at, value]) => [new Date(at + SECONDS * 1000).toISOString(), value]),
    })),
  };
}

/** The last point of any query, for success metrics. */
async function value({ query, at }) {
  const to = Math.floor(Date.parse(at) / 1000);
  const found = await series(query, to - 3600, to);
  if (found.length !== 1) return { noData: `${query} has ${found.length} series` };
  const last = found[0].pointlist.filter(([, one]) => one !== null).at(-1);
  return last === undefined
    ? { noData: `${query} has no point` }
    : { value: last[1], at: new Date(last[0]).toISOString() };
}

try {
  process.stdout.write(`${JSON.stringify(await (request.do === 'counts' ? counts(request) : value(request)))}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
