import { sha256 } from '../../plan/digest.ts';
import type { Migration } from '../../plan/spec.ts';

/** Which way a migration goes. */
export type Direction = 'up' | 'down';

/** The name of a migration's Job. Unique to release, attempt and direction: a new attempt runs it again, a resumed one does not. */
export function jobName(
  release: string,
  attempt: number,
  { id }: Pick<Migration, 'id'>,
  direction: Direction,
  target: string,
): string {
  return `${id.slice(0, 40)}-${sha256(`${release} ${attempt} ${direction} ${id} ${target}`).slice(0, 10)}`;
}
