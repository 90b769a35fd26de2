import type { Api } from './api.ts';
import { NoConnection } from './connection/proxy.ts';

/**
 * The API over a connection for as long as there is one, and by single calls from then on. A request goes the other way only when
 * nothing of it was sent.
 * @param tell is told once why there is no connection
 */
export function withFallback(
  connected: Api,
  calls: Api,
  tell: (why: string) => void,
): { readonly api: Api; readonly isConnected: () => boolean } {
  let isLost = false;
  async function by<T>(act: (api: Api) => Promise<T>): Promise<T> {
    if (!isLost) {
      try {
        return await act(connected);
      } catch (error) {
        if (!(error instanceof NoConnection)) throw error;
        if (!isLost) tell(error.message);
        isLost = true;
      }
    }
    return act(calls);
  }
  const api: Api = {
    at: (path) => by((api) => api.at(path)),
    one: (address) => by((api) => api.one(address)),
    all: (selection) => by((api) => api.all(selection)),
    create: (collection, object) => by((api) => api.create(collection, object)),
    apply: (address, object, company) => by((api) => api.apply(address, object, company)),
    preview: (address, object) => by((api) => api.preview(address, object)),
    rehearse: (address, object) => by((api) => api.rehearse(address, object)),
    replace: (address, object) => by((api) => api.replace(address, object)),
    patch: (address, operations) => by((api) => api.patch(address, operations)),
    remove: (address, options) => by((api) => api.remove(address, options)),
    pass: (request, signal) => by((api) => api.pass(request, signal)),
    async *lines(path, signal) {
      if (!isLost) {
        try {
          return yield* connected.lines(path, signal);
        } catch (error) {
          if (!(error instanceof NoConnection)) throw error;
          if (!isLost) tell(error.message);
          isLost = true;
        }
      }
      return yield* calls.lines(path, signal);
    },
    async feed(selection, into, signal) {
      const failed = (error: unknown) => {
        if (!(error instanceof NoConnection) || isLost) return into.failed(error);
        tell(error.message);
        isLost = true;
        return undefined;
      };
      if (!isLost) await connected.feed(selection, { ...into, failed }, signal);
      if (isLost && !signal.aborted) await calls.feed(selection, into, signal);
    },
  };
  return { api, isConnected: () => !isLost };
}
