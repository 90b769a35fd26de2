/** A changed file with its paths and texts on both sides; a side that does not exist is `undefined`. */
export interface TwoSided {
  readonly oldPath: string | undefined;
  readonly newPath: string | undefined;
  readonly oldText: string | undefined;
  readonly newText: string | undefined;
}

/** Reads things out of both sides of all files. */
export function readBothSides<T>(
  files: readonly TwoSided[],
  read: (path: string, text: string) => readonly T[],
): { base: (T & { readonly file: string })[]; head: (T & { readonly file: string })[] } {
  const side = (path: string | undefined, text: string | undefined) =>
    path === undefined || text === undefined ? [] : read(path, text).map((item) => ({ ...item, file: path }));
  return {
    base: files.flatMap((file) => side(file.oldPath, file.oldText)),
    head: files.flatMap((file) => side(file.newPath, file.newText)),
  };
}

/** What is only on one side, or differs, by a key. Of several with one key the first counts. */
export function compareByKey<T>(
  base: readonly T[],
  head: readonly T[],
  keyOf: (item: T) => string,
  differs: (old: T, now: T) => boolean,
): { added: T[]; removed: T[]; changed: { readonly old: T; readonly now: T }[] } {
  const index = (items: readonly T[]) => {
    const map = new Map<string, T>();
    for (const item of items) if (!map.has(keyOf(item))) map.set(keyOf(item), item);
    return map;
  };
  const [before, after] = [index(base), index(head)];
  const changed: { old: T; now: T }[] = [];
  for (const [key, now] of after) {
    const old = before.get(key);
    if (old !== undefined && differs(old, now)) changed.push({ old, now });
  }
  return {
    added: [...after].flatMap(([key, item]) => (before.has(key) ? [] : [item])),
    removed: [...before].flatMap(([key, item]) => (after.has(key) ? [] : [item])),
    changed,
  };
}
