import type { HttpProbe } from '../../ports/commands.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Fetches URLs of the plan with a deadline over the whole exchange. A redirect is an answer of its own (its status is what a
 * smoke test asks about), never followed; of a page above 8 MiB the beginning is given.
 */
export function createHttpProbe(options: { readonly fetch?: typeof fetch } = {}): HttpProbe {
  return {
    get: async (url, { timeout }) => {
      const answer = await boundedFetch(
        url,
        { method: 'GET', headers: { 'user-agent': 'relctl', accept: '*/*', 'cache-control': 'no-cache' } },
        { timeout, maxBytes: MAX_BYTES, cut: true, fetch: options.fetch },
      );
      return answer.ok ? { status: answer.status, body: answer.body } : { status: null, body: answer.detail };
    },
  };
}
