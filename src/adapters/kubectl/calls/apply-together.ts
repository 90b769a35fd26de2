import type { KubeObject } from '../../../ports/cluster.ts';
import { together } from '../../together.ts';
import { RequestFailure } from '../failure.ts';
import type { Kubectl } from '../kubectl.ts';
import { refOf, subjectOf } from '../object-ref.ts';

/**
 * Applies an object together with those that are ready at the same moment, each under its own precondition.
 * @returns what it became; `alone` when there was no other, and nothing was done; `refused` when one of them was: kubectl does
 *   not say then which ones it had written before
 * @throws RequestFailure `unknown` when kubectl did not end
 */
export type ApplyTogether = (sent: KubeObject) => Promise<KubeObject | 'alone' | 'refused'>;

/** Binds it to a kubectl; `args` apply a list that stands on standard input and print what it became as JSON. */
export function createApplyTogether(kubectl: Pick<Kubectl, 'run'>, args: readonly string[]): ApplyTogether {
  const waiting = new Map<string, KubeObject>();
  let count = 0;

  const ask = together<KubeObject | 'alone' | 'refused'>(async (tickets) => {
    const batch = new Map<string, string>();
    const items: KubeObject[] = [];
    for (const ticket of tickets) {
      const object = waiting.get(ticket);
      waiting.delete(ticket);
      if (object === undefined || batch.has(nameIn(object))) continue; // the second write of an object is one of its own
      batch.set(nameIn(object), ticket);
      items.push(object);
    }
    if (items.length < 2) return async () => 'alone';
    const applied = await applyAll(kubectl, args, items);
    const answers = new Map(applied.map((object) => [batch.get(nameIn(object)), object]));
    const sent = new Set(batch.values());
    return async (ticket) => (sent.has(ticket) ? (answers.get(ticket) ?? 'refused') : 'alone');
  });

  return (sent) => {
    count += 1;
    const ticket = String(count);
    waiting.set(ticket, sent);
    return ask(ticket);
  };
}

async function applyAll(
  kubectl: Pick<Kubectl, 'run'>,
  args: readonly string[],
  items: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  try {
    const text = await kubectl.run(args, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return (JSON.parse(text) as { items?: readonly KubeObject[] }).items ?? [];
  } catch (error) {
    if (error instanceof RequestFailure && error.failure !== 'unknown') return [];
    throw error;
  }
}

/** What tells objects of a namespace apart; versions of one group are views of the same one. */
function nameIn(object: KubeObject): string {
  const [group = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [];
  return `${group} ${subjectOf(refOf(object))}`;
}
