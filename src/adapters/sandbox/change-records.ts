import { marksIn } from '../../domain/change-record/notes.ts';
import { RelctlError } from '../../errors.ts';
import type { ChangeRecord, ChangeRecords, ChangeUpdate } from '../../ports/change-records.ts';
import { faultOn } from './faults.ts';
import type { World } from './world.ts';
import type { WorldState } from './world-state.ts';

type Kept = WorldState['changes'][number];

/** The simulated company's system of changes: its people approve every change at once, unless a fault says otherwise. */
export function createSandboxChangeRecords(world: World): ChangeRecords {
  const answering = (): WorldState => {
    const state = world.read();
    if (!faultOn(state, 'change-record-down')) return state;
    throw new RelctlError('change-record.failed', 'simulated: the system of changes does not answer', {
      why: 'The change record does not say what the release is now.',
      hints: ['relctl sandbox clear --name change-record-down'],
      data: { refused: false },
    });
  };
  const shown = (kept: Kept): ChangeRecord => ({
    key: kept.number,
    number: kept.number,
    stage: kept.stage,
    decision: faultOn(world.read(), 'change-rejected') ? 'rejected' : 'approved',
    window: kept.window,
  });
  const required = (state: WorldState, number: string): Kept => {
    const found = state.changes.find((one) => one.number === number);
    if (found === undefined) throw new Error(`the sandbox has no change ${number}`);
    return found;
  };
  return {
    system: 'sandbox',
    find: async (correlation) =>
      answering()
        .changes.filter((one) => one.correlation === correlation)
        .map(shown),
    async create(change) {
      answering();
      world.change((state) => {
        const number = `SIM${String(state.changes.length + 1).padStart(4, '0')}`;
        state.changes = [...state.changes, { ...change, number, stage: 'planned', notes: [] }];
      });
      return shown(world.read().changes.at(-1) as Kept);
    },
    marks: async ({ key }) => new Set(required(answering(), key).notes.flatMap(marksIn)),
    async update({ key }, change) {
      answering();
      world.change((state) => apply(required(state, key), change));
      return shown(required(world.read(), key));
    },
  };
}

function apply(kept: Kept, { stage, window, description, note, end }: ChangeUpdate): void {
  if (stage !== undefined) kept.stage = stage;
  if (window !== undefined) kept.window = window;
  if (description !== undefined) kept.description = description;
  if (note !== undefined) kept.notes = [...kept.notes, note];
  if (end !== undefined) kept.end = end;
}
