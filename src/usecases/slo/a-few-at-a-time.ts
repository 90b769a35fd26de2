/**
 * Does something for each of a list, so many at a time.
 * @returns the results in the order of the list; the first that fails rejects
 */
export async function aFewAtATime<T, R>(
  list: readonly T[],
  few: number,
  act: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  // One iterator for all who work at it: each takes the next.
  const left = list.entries();
  const work = async () => {
    for (const [index, one] of left) results[index] = await act(one);
  };
  await Promise.all(Array.from({ length: Math.min(few, list.length) }, work));
  return results;
}
