import type { HttpProbe, HttpProbeAnswer, HttpProbeOptions } from '../../ports/commands.ts';
import type { Environment } from '../hooks/redact.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { certificateEnd } from './certificate.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/** What every probe says of itself; the plan's own headers win. */
const HEADERS = { 'user-agent': 'relctl', accept: '*/*', 'cache-control': 'no-cache' };

/**
 * Asks URLs of the plan with a deadline over the whole exchange. A redirect is an answer of its own (its status is what a
 * smoke test asks about), never followed; of a page above 8 MiB the beginning is given.
 * @param options.environment where the values of secret headers are looked up
 * @param options.fetchFor how a URL is asked that needs a login; Node's own way where it gives none
 */
export function createHttpProbe(
  options: { readonly environment?: Environment; readonly fetchFor?: (url: string) => typeof fetch | undefined } = {},
): HttpProbe {
  return {
    async request(url, asked) {
      const secret = secretHeaders(asked, options.environment ?? {});
      if (typeof secret === 'string') return failed(secret, 0);
      const began = performance.now();
      const answer = await boundedFetch(
        url,
        {
          method: asked.method ?? 'GET',
          headers: { ...HEADERS, ...lowerCased(asked.headers ?? {}), ...secret },
          ...(asked.body === undefined ? {} : { body: asked.body }),
        },
        { timeout: asked.timeout, maxBytes: MAX_BYTES, cut: true, fetch: options.fetchFor?.(url) },
      );
      const latencyMs = Math.round(performance.now() - began);
      if (!answer.ok) return failed(answer.detail, latencyMs);
      const { status, body, headers } = answer;
      const until = asked.certificate === true ? await certificateEnd(url, asked.timeout) : undefined;
      return { status, body, headers, latencyMs, ...(until === undefined ? {} : { certificateUntil: until }) };
    },
  };
}

function failed(detail: string, latencyMs: number): HttpProbeAnswer {
  return { status: null, body: detail, headers: {}, latencyMs };
}

/** The secret headers with their values, or what is wrong with them. A value is never in the words. */
function secretHeaders(
  { secretHeaders = {} }: HttpProbeOptions,
  environment: Environment,
): Readonly<Record<string, string>> | string {
  const found: Record<string, string> = {};
  for (const [header, variable] of Object.entries(secretHeaders)) {
    const value = environment[variable];
    if (value === undefined || value === '') return `the environment variable ${variable} for ${header} is not set`;
    if (/[\r\n\0]/.test(value)) return `the environment variable ${variable} cannot be a header: it has a line break`;
    found[header.toLowerCase()] = value;
  }
  return found;
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
