import type { ReleaseState } from '../../domain/history/state.ts';
import type { StatusData } from '../../domain/outcome/status.ts';

/** The change record of a release; `null` while none is linked. */
export function changeRecordOf({ change }: ReleaseState): NonNullable<StatusData['changeRecord']> | null {
  if (change.record === undefined) return null;
  const { number, system, url } = change.record.data;
  return { number, system, ...(url === undefined ? {} : { url }) };
}

/** The same as a fact for people; nothing while none is linked. */
export function changeFacts(state: ReleaseState): readonly (readonly [string, string])[] {
  const record = changeRecordOf(state);
  if (record === null) return [];
  const { number, system, url } = record;
  return [['change record', `${number} in ${system}${url === undefined ? '' : ` (${url})`}`]];
}
