import { type Flags, given, listed } from './command.ts';

/** The owners that flags name; roles with several people are lists, empty where none is named. */
export function ownersOf(flags: Flags) {
  return {
    ...given(flags, 'productManager'),
    ...given(flags, 'rdLead'),
    operations: listed(flags, 'operations'),
    qa: listed(flags, 'qa'),
    cab: listed(flags, 'cab'),
    informed: listed(flags, 'informed'),
  };
}
