import type { StatusData } from '../../domain/outcome/status.ts';
import type { Release } from '../release/open.ts';

/**
 * The change record of a release; `null` while none is linked. Where people sign it is a claim, as nobody signs the link: whoever may push could
 * name any change and any page, so the page is left out.
 */
export function changeRecordOf({
  journal,
  signing,
}: Pick<Release, 'journal' | 'signing'>): NonNullable<StatusData['changeRecord']> | null {
  const { record } = journal.state.change;
  if (record === undefined) return null;
  const { number, system, url } = record.data;
  if (signing.facts.mode === 'required' && !journal.proves(record)) return { number, system, claimed: true };
  return { number, system, ...(url === undefined ? {} : { url }) };
}

/** The same as a fact for people; nothing while none is linked. */
export function changeFacts(release: Pick<Release, 'journal' | 'signing'>): readonly (readonly [string, string])[] {
  const record = changeRecordOf(release);
  if (record === null) return [];
  const { number, system, url, claimed } = record;
  const whose = claimed === true ? ', claimed and not signed: look for the release there' : '';
  return [['change record', `${number} in ${system}${url === undefined ? '' : ` (${url})`}${whose}`]];
}
