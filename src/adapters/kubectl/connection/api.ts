import type { KubeObject } from '../../../ports/cluster.ts';
import { type Address, type Api, FIELD_MANAGER, pathOf, readListing, selectionPath } from '../api.ts';
import { RequestFailure } from '../failure.ts';
import { createListFeed } from '../list-feed.ts';
import { repeating } from '../repeat.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, retryAfterOf } from './http.ts';
import { linesOf } from './lines.ts';
import { createPass } from './pass.ts';
import { failureOf } from './status.ts';
import { createWatchFeed } from './watch-feed.ts';

const WRITE_OPTIONS = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;
/** Takes over fields of others, as `kubectl apply --server-side --force-conflicts` does. */
const APPLY_OPTIONS = `fieldManager=${FIELD_MANAGER}&force=true`;
/** JSON is YAML. */
const APPLY_TYPE = 'application/apply-patch+yaml';

/** The API over a connection. */
export function createConnectionApi(connection: Connection): Api {
  /**
   * Sends a request and reads the answer. A login that is not accepted any more did nothing, so it is tried again: kubectl asks a
   * credential plugin anew after such an answer, and a new kubectl reads a token that was written to the kubeconfig meanwhile.
   */
  async function ask(request: ApiRequest): Promise<unknown> {
    for (let logins = 1; ; logins += 1) {
      const answer = await connection.send(request);
      if (answer.status === 401 && logins < 3) {
        if (logins === 2) connection.renew();
        continue;
      }
      if (answer.status >= 300) throw failureOf(answer);
      return JSON.parse(answer.body);
    }
  }

  const write = async (method: ApiRequest['method'], path: string, body: unknown, contentType?: string) =>
    (await ask({
      method,
      path,
      body: JSON.stringify(body),
      ...(contentType === undefined ? {} : { contentType }),
    })) as KubeObject;

  const at = (path: string) => repeating(() => ask({ method: 'GET', path }));

  async function one(address: Address): Promise<KubeObject | undefined> {
    try {
      return (await at(pathOf(address))) as KubeObject;
    } catch (error) {
      if (error instanceof RequestFailure && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  const all: Api['all'] = async (selection) => readListing(await at(selectionPath(selection)), selection);

  const apply = (address: Address, object: KubeObject, more = '') =>
    write('PATCH', `${pathOf(address)}?${APPLY_OPTIONS}${more}`, object, APPLY_TYPE);

  return {
    at,
    one,
    all,
    create: (collection, object) => write('POST', `${collection}?${WRITE_OPTIONS}`, object),
    apply: (address, object) => apply(address, object),
    preview: (address, object) => repeating(() => apply(address, object, '&dryRun=All')),
    rehearse: (address, object) => apply(address, object, '&dryRun=All'),
    replace: (address, object) => write('PUT', `${pathOf(address)}?${WRITE_OPTIONS}`, object),
    patch: (address, operations) =>
      write('PATCH', `${pathOf(address)}?fieldManager=${FIELD_MANAGER}`, operations, 'application/json-patch+json'),
    async remove(address, options) {
      const answer = await write('DELETE', pathOf(address), options);
      // A Status says that it was removed; the object itself comes back while something holds it.
      return answer.kind === 'Status' ? 'gone' : 'going';
    },
    pass: createPass(connection),
    async *lines(path, signal) {
      const response = await connection.open({ method: 'GET', path: `${path}&follow=true` }, signal);
      if (response.statusCode !== 200) {
        let body = '';
        for await (const chunk of response.setEncoding('utf8')) body += chunk;
        throw failureOf({ status: response.statusCode ?? 0, retryAfter: retryAfterOf(response), body });
      }
      // A stream that breaks is no failure: whoever follows looks whether there is more, and asks again.
      try {
        yield* linesOf(response);
      } catch {
        return;
      }
    },
    feed: createWatchFeed(connection, all, createListFeed({ one, all })),
  };
}
