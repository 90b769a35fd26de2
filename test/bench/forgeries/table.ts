import { EDITS } from './edits.ts';
import type { Forgery, Tried } from './forgery.ts';
import { GENERATED, OLD_PROCESS, UNSIGNED_PROCESS } from './generated.ts';
import { HISTORY } from './histories.ts';
import { SPOILED_OBJECTIONS } from './objections.ts';
import { PEOPLE_AND_KEYS } from './people.ts';
import { RELAXING } from './relaxing.ts';
import { REPLAYED } from './replays.ts';
import { REVOKING_ACTS } from './revoking.ts';
import { VOIDED } from './voided.ts';

/** Every forgery: kinds times fields. */
export const FORGERIES: readonly Forgery[] = [
  ...EDITS,
  ...REPLAYED,
  ...PEOPLE_AND_KEYS,
  ...HISTORY,
  ...VOIDED,
  ...SPOILED_OBJECTIONS,
  ...RELAXING,
  ...REVOKING_ACTS,
  OLD_PROCESS,
  UNSIGNED_PROCESS,
  ...GENERATED,
];

/** One forgery for each code, the first of the table: what the fast tests try. */
export function onePerCode(): readonly Forgery[] {
  return FORGERIES.filter((forgery, index) => FORGERIES.findIndex((one) => one.code === forgery.code) === index);
}

/** The table as Markdown: a line for each kind and code, with the fields that were tried. */
export function forgeryTable(tried: readonly Tried[]): string {
  const groups = new Map<string, Tried[]>();
  for (const one of tried) {
    const key = `${one.kind}|${one.wanted}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const lines = [...groups.values()].map((group) => {
    const [first] = group;
    const refused = group.filter((one) => one.refused).length;
    const fields = group.map((one) => `${one.field.replaceAll('|', '\\|')}${one.refused ? '' : ' (accepted)'}`);
    return `| ${first?.kind} | \`${first?.wanted}\` | ${refused} of ${group.length} | ${fields.join(', ')} |`;
  });
  return ['| Forgery | Refused with | Refused | Tried on |', '|-|-|-|-|', ...lines].join('\n');
}
