/**
 * A number with its noun: `1 pod`, `0 pods`, `2 branches`.
 * @param several the plural where it is not the singular with an `s`
 */
export function plural(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
