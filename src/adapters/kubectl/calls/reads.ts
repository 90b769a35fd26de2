import type { KubeObject, ObjectRef } from '../../../ports/cluster.ts';
import { type Answers, together } from '../../together.ts';
import {
  type Address,
  type Api,
  LISTED_ANYWAY,
  type Listing,
  pathOf,
  readListing,
  type Selection,
  selectionPath,
} from '../api.ts';
import { RequestFailure } from '../failure.ts';

/** How long a question waits for a kubectl that is already asking something like it: two or three of its usual answers. */
const PATIENCE_MS = 250;
/** From how many objects of a kind on one list costs less than asking for each. */
const WORTH_A_LIST = 3;

/**
 * Reads with few processes: the steps of twenty services that go side by side ask the same things. The same question is asked
 * once for all who wait for its answer, and many single Deployments are read as one list; every answer is from after its question.
 * @param at what stands at an API path; it fails with `RequestFailure`
 */
export function createReads(at: Api['at']): Pick<Api, 'one' | 'all'> {
  const singles = new Map<string, Answers<KubeObject | undefined>>();
  const lists = new Map<string, Answers<Listing>>();

  async function fetchOne(address: Address): Promise<KubeObject | undefined> {
    try {
      return (await at(pathOf(address))) as KubeObject;
    } catch (error) {
      if (error instanceof RequestFailure && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  const fetchAll = async (selection: Selection) => readListing(await at(selectionPath(selection)), selection);

  async function fetchMany(
    collection: string,
    names: readonly string[],
    ref: ObjectRef,
  ): Promise<Answers<KubeObject | undefined>> {
    const { apiVersion, kind } = ref;
    if (names.length >= WORTH_A_LIST && LISTED_ANYWAY.has(`${apiVersion}/${kind}`)) {
      const { objects } = await fetchAll({ collection, apiVersion, kind });
      const all = new Map(objects.map((object) => [object.metadata.name, object]));
      return async (name) => all.get(name);
    }
    return each(names, (name) => fetchOne({ collection, ref: { ...ref, name } }));
  }

  return {
    one({ collection, ref }) {
      const ask = singles.get(collection) ?? together((names) => fetchMany(collection, names, ref), PATIENCE_MS);
      singles.set(collection, ask);
      return ask(ref.name);
    },
    all(selection) {
      const path = selectionPath(selection);
      const ask = lists.get(path) ?? together((paths) => each(paths, () => fetchAll(selection)), PATIENCE_MS);
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
