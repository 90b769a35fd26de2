import type { KubeObject } from '../../ports/cluster.ts';
import type { Api } from './api.ts';
import { RequestFailure } from './failure.ts';

/** Where monitoring usually is, for a login that may not list the Services of all namespaces. */
const USUAL = ['monitoring', 'observability', 'prometheus'] as const;

/**
 * The Services of all namespaces; for a login that may not list these, those of its own namespace and of the usual ones, as far as it may.
 * @throws RequestFailure where the cluster cannot be asked
 */
export async function listServices(api: Pick<Api, 'all'>, own: string): Promise<readonly KubeObject[]> {
  const list = async (place: string) => {
    const selection = { collection: `/api/v1/${place}services`, apiVersion: 'v1', kind: 'Service' };
    return (await api.all(selection)).objects;
  };
  const unlessRefused = (error: unknown) => {
    if (error instanceof RequestFailure && error.failure === 'rejected') return undefined;
    throw error;
  };
  const all = await list('').catch(unlessRefused);
  if (all !== undefined) return all;
  const namespaces = [...new Set([own, ...USUAL])];
  const some = await Promise.all(namespaces.map((name) => list(`namespaces/${name}/`).catch(unlessRefused)));
  return some.flatMap((services) => services ?? []);
}
