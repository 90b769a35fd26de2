import pg from 'pg';
import { durationSeconds } from '../../plan/duration.ts';
import type { Reading } from '../../ports/metrics.ts';
import type { MeasuredDay, MeasuredSource } from '../../ports/success-source.ts';
import { noData, numberOf } from './no-data.ts';

type SqlSource = Extract<MeasuredSource, { kind: 'sql' }>;

/**
 * Asks PostgreSQL for the one number of a SELECT. The transaction is read-only and rolled back, the statement has a timeout in
 * the server and another in the client, and the extended protocol takes a single statement only: `; DROP …` is a syntax
 * error there. What else the account may do is for the database to limit.
 */
export async function readSql(
  source: SqlSource,
  day: MeasuredDay,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Reading<number>> {
  const url = env[source.connectionFrom];
  if (url === undefined || url === '') {
    return noData('error', `the environment variable ${source.connectionFrom}, which names the database, is not set`);
  }
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    return noData('error', `${source.connectionFrom} does not hold a postgres:// URL`);
  }
  const timeout = durationSeconds(source.timeout) * 1000;
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeout,
    statement_timeout: timeout,
    query_timeout: timeout + 1000,
    application_name: 'relctl',
  });
  // A connection that breaks while nothing is asked would otherwise end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN READ ONLY');
    const values = [new Date(day.from), new Date(day.to)].slice(0, parametersOf(source.query));
    // A named statement is prepared, which takes the extended protocol, also where there is nothing to bind.
    const answer = await client.query<unknown[]>({ name: 'relctl', text: source.query, values, rowMode: 'array' });
    await client.query('ROLLBACK');
    return oneNumber(answer, source.connectionFrom);
  } catch (error) {
    return failure(error, source.connectionFrom, url);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** How many of `$1` and `$2` a query names; texts in quotes are not looked into, since a stray number only binds one more. */
function parametersOf(query: string): number {
  return Math.max(0, ...[...query.matchAll(/\$([12])(?!\d)/g)].map((found) => Number(found[1])));
}

function oneNumber(answer: { readonly rows: readonly unknown[] }, from: string): Reading<number> {
  const [row, ...others] = answer.rows;
  if (row === undefined) return noData('empty', `the query on ${from} has no row`);
  if (others.length > 0)
    return noData('several-values', `the query on ${from} has ${answer.rows.length} rows, not one`);
  if (!Array.isArray(row) || row.length !== 1) {
    return noData('several-values', `the query on ${from} has ${Array.isArray(row) ? row.length : 0} columns, not one`);
  }
  return numberOf(row[0], `the answer of ${from}`);
}

/** PostgreSQL's `query_canceled`, which a statement timeout raises. */
const QUERY_CANCELED = '57014';

function failure(error: unknown, from: string, url: string): Reading<never> {
  const code = error instanceof Error ? String((error as { code?: unknown }).code ?? '') : '';
  const said = error instanceof Error ? withoutSecrets(error.message, url) : 'it failed';
  if (code === QUERY_CANCELED || /timeout/i.test(said)) return noData('timeout', `${from}: ${said}`);
  if (/^(ECONN|ENOTFOUND|EHOST|ENET|EAI_)/.test(code)) return noData('unreachable', `${from}: ${code}`);
  return noData('error', `${from}: ${said}`);
}

/** Takes the parts of the connection that are secret out of what a server says. */
function withoutSecrets(text: string, url: string): string {
  const { password, username } = new URL(url);
  return [url, password, decodeURIComponent(password), username]
    .filter((part) => part.length > 2)
    .reduce((said, part) => said.replaceAll(part, '***'), text)
    .slice(0, 200);
}
