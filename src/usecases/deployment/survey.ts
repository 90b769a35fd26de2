import type { Clock } from '../../ports/clock.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import type { Environments } from '../../ports/environments.ts';
import { clusterOf } from '../cluster/run.ts';

/** Milliseconds for which an answer is given again. */
const REMEMBERED_MS = 2000;

/**
 * The same surroundings with clusters that answer the same question once within two seconds: for what is found out before the lock is taken,
 * where each rule asks for the objects that it is about. Nothing rests on it that is done: each write reads its object anew, under the lock.
 */
export function surveying<C extends { readonly environments: Environments; readonly clock: Clock }>(context: C): C {
  const clusters = new Map<string, Cluster>();
  const cluster: Environments['cluster'] = (environment, region) => {
    const target = region === undefined ? environment : `${environment}/${region}`;
    const known = clusters.get(target) ?? remembering(clusterOf(context, target), context.clock);
    clusters.set(target, known);
    return known;
  };
  // What is made when it is first asked for is not asked for here.
  const environments: Environments = Object.assign(Object.create(context.environments), { cluster });
  return { ...context, environments };
}

function remembering(cluster: Cluster, clock: Clock): Cluster {
  const once = <Q, A>(ask: (query: Q) => Promise<A>): ((query: Q) => Promise<A>) => {
    const answers = new Map<string, { readonly at: number; readonly answer: Promise<A> }>();
    return (query) => {
      const key = JSON.stringify(query);
      const known = answers.get(key);
      if (known !== undefined && clock.now() - known.at < REMEMBERED_MS) return known.answer;
      const answer = ask(query);
      answers.set(key, { at: clock.now(), answer });
      answer.catch(() => answers.delete(key));
      return answer;
    };
  };
  const get = once(({ apiVersion, kind, name }: Parameters<Cluster['get']>[0]) =>
    cluster.get({ apiVersion, kind, name }),
  );
  const list = once<Parameters<Cluster['list']>[0], readonly KubeObject[]>((query) => cluster.list(query));
  return {
    ...cluster,
    get: ({ apiVersion, kind, name }) => get({ apiVersion, kind, name }),
    list,
  };
}
