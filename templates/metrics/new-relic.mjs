#!/usr/bin/env node
// An example of a program behind `metrics: { store: command, command: [node, relctl/metrics/new-relic.mjs] }`: counts events by NRQL through
// NerdGraph (docs.newrelic.com, "Query NRQL through NerdGraph"). Needs NEW_RELIC_API_KEY and NEW_RELIC_ACCOUNT_ID.
// The metrics of a plan are names of this table; labels and matchers become conditions. docs/metrics-command.md has the contract.
import { text } from 'node:stream/consumers';

const METRICS = {
  http_requests_total: { from: 'Transaction', where: 'true' },
  http_requests_good_total: { from: 'Transaction', where: 'error IS false' },
};
const SECONDS = 60;

const url = process.env.NEW_RELIC_URL ?? 'https://api.newrelic.com/graphql';
const request = JSON.parse(await text(process.stdin));

async function results(nrql) {
  const query = `query($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql) { results } } } }`;
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', 'API-Key': process.env.NEW_RELIC_API_KEY ?? '' },
    body: JSON.stringify({ query, variables: { account: Number(process.env.NEW_RELIC_ACCOUNT_ID), nrql } }),
  });
  const body = await response.json();
  // GraphQL answers 200 also where it means no.
  if (!response.ok || body.errors !== undefined)
    throw new Error(`HTTP ${response.status}: ${body.errors?.[0]?.message}`);
  return body.data.actor.account.nrql.results;
}

const quoted = (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function condition({ label, operator, value }) {
  if (operator === '=') return `\`${label}\` = ${quoted(value)}`;
  if (operator === '!=') return `(\`${label}\` != ${quoted(value)} OR \`${label}\` IS NULL)`;
  return `\`${label}\` ${operator === '=~' ? 'RLIKE' : 'NOT RLIKE'} r${quoted(value)}`;
}

async function counts({ metric, matchers, from, to }) {
  const known = METRICS[metric];
  if (known === undefined) return { noData: `${metric} is not in the table of this program` };
  const where = [known.where, ...matchers.map(condition)].join(' AND ');
  // Aligned, so that the same stretch is the same in every question.
  const since = Math.floor(Date.parse(from) / (SECONDS * 1000)) * SECONDS * 1000;
  const until = Math.floor(Date.parse(to) / (SECONDS * 1000)) * SECONDS * 1000;
  if (until <= since) return { interval: SECONDS, series: [] };
  const span = `SINCE ${since} UNTIL ${until} TIMESERIES ${SECONDS} seconds`;
  const found = await results(`SELECT count(*) AS events FROM ${known.from} WHERE ${where} ${span}`);
  return {
    interval: SECONDS,
    series: [
      { labels: {}, counts: found.map((one) => [new Date(one.endTimeSeconds * 1000).toISOString(), one.events]) },
    ],
  };
}

/** The one number of a NRQL query, for success metrics. */
async function value({ query, at }) {
  const [only, ...others] = await results(`${query} UNTIL ${Date.parse(at)}`);
  const numbers = Object.values(only ?? {}).filter((one) => typeof one === 'number');
  if (numbers.length !== 1 || others.length > 0) return { noData: `${query} does not give one number` };
  return { value: numbers[0], at };
}

try {
  process.stdout.write(`${JSON.stringify(await (request.do === 'counts' ? counts(request) : value(request)))}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
