import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** How the answers to one call are found by those who asked. */
export type Answers<V> = (key: string) => Promise<V>;

/**
 * Answers questions that come at the same time by one call: those of one turn of the event loop, and those that come while an
 * earlier call is at work. Each question is answered by a call that began after it, so no answer is older than its question.
 * @param answer is given the different keys that were asked for; what it throws goes to all who asked
 * @param patience milliseconds that questions wait for the call at work; one that hangs does not hold up others
 */
export function together<V>(
  answer: (keys: readonly string[]) => Promise<Answers<V>>,
  patience = 0,
): (key: string) => Promise<V> {
  let asked = new Set<string>();
  let next: Promise<Answers<V>> | undefined;
  let atWork: Promise<unknown> = Promise.resolve();

  async function call(): Promise<Answers<V>> {
    await nextTurn();
    await Promise.race([atWork, delay(patience, undefined, { ref: false })]);
    const keys = [...asked];
    asked = new Set();
    next = undefined;
    const answers = answer(keys);
    // Settled either way; that it failed is told to those who asked.
    atWork = answers.then(
      (find) => Promise.allSettled(keys.map((key) => find(key))),
      () => undefined,
    );
    return answers;
  }

  return async (key) => {
    asked.add(key);
    next ??= call();
    return (await next)(key);
  };
}
