import type { IncomingMessage } from 'node:http';
import type { KubeObject } from '../../../ports/cluster.ts';
import { type Api, type FeedSink, type Selection, selectionPath } from '../api.ts';
import { RequestFailure } from '../failure.ts';
import { pauseAfter } from '../repeat.ts';
import type { Connection } from './connection.ts';
import { retryAfterOf } from './http.ts';
import { linesOf } from './lines.ts';
import { failureOf } from './status.ts';

/** One line of a watch (meta/v1 WatchEvent). */
interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** After this time everything is listed again: a watch that died unheard would else be waited for without end. */
const RESYNC_MS = 30_000;
/** How long a server may be away before that is told to those who wait. */
const AWAY_MS = 30_000;

/** Where a watch stands; `undefined` when everything has to be listed. */
interface Position {
  version: string | undefined;
}

/**
 * Tells of changes by a watch: lists, watches from the version of the list, and lists again when the server has forgotten that
 * version (410 Gone). A stream that breaks is taken up where it ended.
 * @param byLists tells of changes where the right to watch is missing
 */
export function createWatchFeed(connection: Connection, all: Api['all'], byLists: Api['feed']): Api['feed'] {
  return async (selection, into, signal) => {
    const position: Position = { version: undefined };
    let awaySince: number | undefined;
    let tries = 0;
    while (!signal.aborted) {
      try {
        if (position.version === undefined) {
          const listing = await all(selection);
          if (signal.aborted) return;
          into.all(listing);
          position.version = listing.version ?? '0';
        }
        await watchFrom(connection, selection, position, into, signal);
        awaySince = undefined;
        tries = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RequestFailure)) return into.failed(error);
        if (error.failure === 'rejected' || error.failure === 'not-found') return byLists(selection, into, signal);
        into.stumbled();
        awaySince ??= performance.now();
        const away = performance.now() - awaySince;
        if (error.failure === 'no-access' || away > AWAY_MS) return into.failed(error);
        tries += 1;
        await pauseAfter(tries, error);
      }
    }
  };
}

/**
 * Watches until the stream ends well, and moves the position along.
 * @throws RequestFailure when it ends otherwise
 */
async function watchFrom(
  connection: Connection,
  selection: Selection,
  position: Position,
  into: FeedSink,
  signal: AbortSignal,
): Promise<void> {
  const span = new AbortController();
  const end = () => span.abort();
  signal.addEventListener('abort', end, { once: true });
  const resync = setTimeout(end, RESYNC_MS).unref();
  try {
    const resourceVersion = position.version ?? '0';
    const parameters = { watch: '1', resourceVersion, allowWatchBookmarks: 'true' };
    const path = selectionPath(selection, parameters);
    const response = await connection.open({ method: 'GET', path }, span.signal);
    if (response.statusCode !== 200) throw await refusal(response, position);
    for await (const line of linesOf(response)) take(JSON.parse(line) as WatchEvent, selection, position, into);
  } catch (error) {
    if (!span.signal.aborted) throw asFailure(error);
    position.version = undefined;
  } finally {
    clearTimeout(resync);
    signal.removeEventListener('abort', end);
  }
}

function take({ type, object }: WatchEvent, { apiVersion, kind }: Selection, position: Position, into: FeedSink): void {
  if (type === 'ERROR') throw streamError(object, position);
  position.version = object.metadata.resourceVersion ?? position.version;
  const whole = { ...object, apiVersion, kind };
  if (type === 'DELETED') into.removed(whole);
  else if (type !== 'BOOKMARK') into.changed(whole);
}

/** 410 Gone: the server keeps old versions for some minutes only, and everything has to be listed. */
const FORGOTTEN = 410;

async function refusal(response: IncomingMessage, position: Position): Promise<RequestFailure> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  const status = response.statusCode ?? 0;
  if (status === FORGOTTEN) return forgotten(position);
  return failureOf({ status, retryAfter: retryAfterOf(response), body });
}

/** An error in the middle of a stream comes as a Status in place of an object. */
function streamError(object: unknown, position: Position): RequestFailure {
  const status = (object as { readonly code?: number }).code ?? 500;
  if (status === FORGOTTEN) return forgotten(position);
  return failureOf({ status, retryAfter: undefined, body: JSON.stringify(object) });
}

function forgotten(position: Position): RequestFailure {
  position.version = undefined;
  return new RequestFailure('unknown', 'the server has forgotten the version that was watched from');
}

function asFailure(error: unknown): unknown {
  if (error instanceof RequestFailure || !(error instanceof Error) || !('code' in error)) return error;
  return new RequestFailure('unknown', `the watch was lost: ${error.message}`);
}
