import type { KubeObject, ListQuery, ObjectRef } from '../../ports/cluster.ts';
import { type Answers, together } from '../together.ts';
import { KubectlFailure } from './failure.ts';
import type { Kubectl } from './kubectl.ts';
import { selectorOf } from './object-ref.ts';

/** Reading from a cluster. `collection` is the API path of all objects of a kind. */
export interface Reads {
  /** The object, or `undefined` when there is none. */
  one(collection: string, ref: ObjectRef): Promise<KubeObject | undefined>;
  /** All objects of a kind that a query selects, in the server's order. */
  all(collection: string, query: ListQuery): Promise<readonly KubeObject[]>;
}

/** How long a question waits for a kubectl that is already asking something like it: two or three of its usual answers. */
const PATIENCE_MS = 250;
/** From how many objects of a kind on one list costs less than asking for each. */
const WORTH_A_LIST = 3;
/** Kinds that a deployment lists anyway, so that reading a list needs no permission that waiting for a rollout does not need. */
const LISTED_ANYWAY: ReadonlySet<string> = new Set(['apps/v1/Deployment']);

/**
 * Reads through kubectl with few processes: a kubectl costs a tenth of a second of processor, and the steps of twenty services
 * that go side by side ask the same things. The same question is asked once for all who wait for its answer, and many single
 * Deployments are read as one list; every answer is from after its question.
 * @param seen is given each object that the server sent, before anybody else
 */
export function createReads(kubectl: Pick<Kubectl, 'read'>, seen: (object: KubeObject) => KubeObject): Reads {
  const singles = new Map<string, Answers<KubeObject | undefined>>();
  const lists = new Map<string, Answers<readonly KubeObject[]>>();

  async function fetchOne(path: string): Promise<KubeObject | undefined> {
    try {
      return seen(JSON.parse(await kubectl.read(['get', '--raw', path])) as KubeObject);
    } catch (error) {
      if (error instanceof KubectlFailure && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  async function fetchAll(path: string, { apiVersion, kind }: Pick<ListQuery, 'apiVersion' | 'kind'>) {
    const { items } = JSON.parse(await kubectl.read(['get', '--raw', path])) as { items: readonly KubeObject[] };
    // In a list the server names the kind once, not for each object.
    return items.map((item) => seen({ ...item, apiVersion, kind }));
  }

  const pathIn = (collection: string, name: string) => `${collection}/${encodeURIComponent(name)}`;

  async function fetchMany(
    collection: string,
    names: readonly string[],
    ref: ObjectRef,
  ): Promise<Answers<KubeObject | undefined>> {
    if (names.length >= WORTH_A_LIST && LISTED_ANYWAY.has(`${ref.apiVersion}/${ref.kind}`)) {
      const all = new Map((await fetchAll(collection, ref)).map((object) => [object.metadata.name, object]));
      return async (name) => all.get(name);
    }
    return each(names, (name) => fetchOne(pathIn(collection, name)));
  }

  return {
    one(collection, ref) {
      const ask = singles.get(collection) ?? together((names) => fetchMany(collection, names, ref), PATIENCE_MS);
      singles.set(collection, ask);
      return ask(ref.name);
    },
    all(collection, query) {
      const path = `${collection}${selectorOf(query)}`;
      const ask = lists.get(path) ?? together((paths) => each(paths, (one) => fetchAll(one, query)), PATIENCE_MS);
      lists.set(path, ask);
      return ask(path);
    },
  };
}

/** Asks for each key by itself; one that fails is told to those who asked for it, and to nobody else. */
async function each<V>(keys: readonly string[], ask: (key: string) => Promise<V>): Promise<Answers<V>> {
  const answers = new Map(keys.map((key) => [key, ask(key)]));
  return (key) => answers.get(key) ?? ask(key);
}
