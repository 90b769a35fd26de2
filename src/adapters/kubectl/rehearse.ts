import type { KubeObject, Rehearsed } from '../../ports/cluster.ts';
import type { Addressing } from './addressing.ts';
import type { Api } from './api.ts';
import { RequestFailure } from './failure.ts';
import { refOf } from './object-ref.ts';
import { repeating } from './repeat.ts';

/** How many are asked at the same time. */
const AT_ONCE = 8;

/**
 * Asks the API server what it would say to applying objects. A webhook that does not answer is an answer: the write would fail as well.
 * @throws RequestFailure where the server itself does not answer
 */
export async function rehearse(
  api: Api,
  { addressOf, addressed }: Addressing,
  objects: readonly KubeObject[],
): Promise<readonly Rehearsed[]> {
  const said: Rehearsed[] = [];
  for (let from = 0; from < objects.length; from += AT_ONCE) {
    const some = objects.slice(from, from + AT_ONCE);
    said.push(...(await Promise.all(some.map((object) => repeating(() => rehearseOne(object))))));
  }
  return said;

  async function rehearseOne(object: KubeObject): Promise<Rehearsed> {
    try {
      return { object: await api.rehearse(await addressOf(refOf(object)), await addressed(object)) };
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      const isNo = error.failure === 'rejected' || error.failure === 'conflict' || WEBHOOK.test(error.message);
      if (!isNo) throw error;
      return { refused: error.message };
    }
  }
}

const WEBHOOK = /failed calling webhook|admission webhook/;
