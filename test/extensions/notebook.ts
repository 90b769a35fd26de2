import type { ChangeSystem } from '../../src/adapters/change-record/system.ts';
import type { ChangeRecord } from '../../src/ports/change-records.ts';

/** A system of changes as somebody outside of relctl would add it: pages of a notebook, which nobody has to approve. */
export const notebook: ChangeSystem<{ readonly shelf: string }> = {
  open({ shelf }) {
    const pages = new Map<string, ChangeRecord>();
    const notes = new Set<string>();
    return {
      system: `notebook on ${shelf}`,
      find: async (correlation) => [pages.get(correlation)].filter((one) => one !== undefined),
      async create({ correlation, window }) {
        const page: ChangeRecord = {
          key: correlation,
          number: `page ${pages.size + 1}`,
          stage: 'planned',
          decision: 'approved',
          window,
        };
        pages.set(correlation, page);
        return page;
      },
      marks: async () => notes,
      async update(record, { note, stage = record.stage, window = record.window }) {
        if (note !== undefined) notes.add(note);
        const page = { ...record, stage, window };
        pages.set(record.key, page);
        return page;
      },
    };
  },
};
