import { setTimeout as delay } from 'node:timers/promises';
import type { Api, FeedSink, Listing, Selection } from './api.ts';

/** How often objects are listed where they cannot be watched. */
const EVERY_MS = 1000;

/** Tells of changes by asking every second: the one object where a name is given, which needs no right to list. */
export function createListFeed(api: Pick<Api, 'one' | 'all'>): Api['feed'] {
  async function ask(selection: Selection): Promise<Listing> {
    if (selection.name === undefined) return api.all(selection);
    const { collection, apiVersion, kind, name } = selection;
    const object = await api.one({ collection, ref: { apiVersion, kind, name } });
    return { objects: object === undefined ? [] : [object], version: object?.metadata.resourceVersion };
  }
  return async (selection: Selection, into: FeedSink, signal: AbortSignal) => {
    into.polled();
    try {
      while (!signal.aborted) {
        into.all(await ask(selection));
        await delay(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    } catch (error) {
      into.failed(error);
    }
  };
}
