/**
 * A table that is looked up by names from outside: it holds what it was given and nothing of JavaScript's own, so that a service, a kind or
 * an image called `constructor` or `__proto__` is not there unless it is.
 */
export function byName<T>(entries: Readonly<Record<string, T>> = {}): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, entries);
}

/** What a record that came from outside has by a name, and nothing of JavaScript's own. */
export function ownOf<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
