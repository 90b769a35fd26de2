import { durationSeconds } from '../../plan/duration.ts';
import type { Reading } from '../../ports/metrics.ts';
import type { MeasuredDay, MeasuredSource } from '../../ports/success-source.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { sayRefusal } from '../http/refusal.ts';
import { noData, numberOf } from './no-data.ts';
import { resolvePointer } from './pointer.ts';

type HttpSource = Extract<MeasuredSource, { kind: 'http' }>;

/** Enough for any answer with one number in it. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Fetches JSON and takes the number at a pointer out of it. Only a 200 counts; redirects are not followed. */
export async function readHttp(
  source: HttpSource,
  day: MeasuredDay,
  io: { readonly env: Readonly<Record<string, string | undefined>>; readonly fetch?: typeof fetch },
): Promise<Reading<number>> {
  const url = filled(source.url, day);
  if (!URL.canParse(url)) return noData('error', 'the URL of the source is none once the day is filled in');
  const { host } = new URL(url);
  const token = source.tokenFrom === undefined ? undefined : io.env[source.tokenFrom];
  if (source.tokenFrom !== undefined && (token === undefined || token === '')) {
    return noData(
      'error',
      `the environment variable ${source.tokenFrom}, which holds the token for ${host}, is not set`,
    );
  }
  const answer = await boundedFetch(
    url,
    {
      method: 'GET',
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    },
    { timeout: durationSeconds(source.timeout) * 1000, maxBytes: MAX_BYTES, fetch: io.fetch },
  );
  if (!answer.ok) return noData(answer.reason === 'too-large' ? 'error' : answer.reason, `${host}: ${answer.detail}`);
  if (answer.status !== 200) return noData('error', `${host} ${sayRefusal(answer)}`);
  let document: unknown;
  try {
    document = JSON.parse(answer.body);
  } catch {
    return noData('error', `${host} does not answer with JSON`);
  }
  const found = resolvePointer(document, source.pointer);
  if (found === undefined) return noData('empty', `the answer of ${host} has nothing at "${source.pointer}"`);
  return numberOf(found.value, `the answer of ${host} at "${source.pointer}"`);
}

function filled(url: string, { day, from, to }: MeasuredDay): string {
  const values: Readonly<Record<string, string>> = {
    day,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  };
  return url.replace(/\{(day|from|to)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
