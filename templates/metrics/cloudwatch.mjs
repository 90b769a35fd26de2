#!/usr/bin/env node
// An example of a program behind `metrics: { store: command, command: [node, relctl/metrics/cloudwatch.mjs] }`: counts events by CloudWatch's
// GetMetricData through the `aws` program (docs.aws.amazon.com, "GetMetricData"), with the login that it has.
// The metrics of a plan are names of this table; labels and matchers become dimensions. docs/metrics-command.md has the contract.
import { execFileSync } from 'node:child_process';
import { text } from 'node:stream/consumers';

const NAMESPACE = process.env.CLOUDWATCH_NAMESPACE ?? 'Shop';
const METRICS = {
  http_requests_total: { MetricName: 'Requests', Stat: 'Sum' },
  http_requests_good_total: { MetricName: 'GoodRequests', Stat: 'Sum' },
};
const SECONDS = 60;

const request = JSON.parse(await text(process.stdin));

function read(queries, from, to) {
  const args = ['cloudwatch', 'get-metric-data', '--output', 'json', '--start-time', from, '--end-time', to];
  const answer = JSON.parse(
    execFileSync('aws', [...args, '--metric-data-queries', JSON.stringify(queries)], { encoding: 'utf8' }),
  );
  const partial = answer.MetricDataResults.find((one) => one.StatusCode !== 'Complete');
  if (partial !== undefined) throw new Error(`${partial.Id} is ${partial.StatusCode}`);
  return answer.MetricDataResults;
}

/** CloudWatch knows dimensions that are so, and none that are not: for the others of an arm, publish a dimension of their own. */
function dimension({ label, operator, value }) {
  if (operator === '=') return { Name: label, Value: value };
  if (operator === '!=' && label === 'track' && value === 'canary') return { Name: 'track', Value: 'stable' };
  throw new Error(`the matcher ${label}${operator}"${value}" cannot be asked of CloudWatch`);
}

function counts({ metric, matchers, from, to }) {
  const known = METRICS[metric];
  if (known === undefined) return { noData: `${metric} is not in the table of this program` };
  const Metric = { Namespace: NAMESPACE, MetricName: known.MetricName, Dimensions: matchers.map(dimension) };
  const [found] = read(
    [{ Id: 'q', MetricStat: { Metric, Period: SECONDS, Stat: known.Stat }, ReturnData: true }],
    from,
    to,
  );
  // A timestamp is the beginning of its period; the newest comes first.
  const points = found.Timestamps.map((at, index) => [
    new Date(Date.parse(at) + SECONDS * 1000).toISOString(),
    found.Values[index],
  ]);
  return { interval: SECONDS, series: points.length === 0 ? [] : [{ labels: {}, counts: points.reverse() }] };
}

/** The newest value of a metric math expression, for success metrics. */
function value({ query, at }) {
  const from = new Date(Date.parse(at) - 3_600_000).toISOString();
  const [found] = read([{ Id: 'q', Expression: query, Period: SECONDS, ReturnData: true }], from, at);
  if (found.Values.length === 0) return { noData: `${query} has no value` };
  return { value: found.Values[0], at: new Date(found.Timestamps[0]).toISOString() };
}

try {
  process.stdout.write(`${JSON.stringify(request.do === 'counts' ? counts(request) : value(request))}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
