import { isDeepStrictEqual } from 'node:util';
import { makeFolder, readWorld, stampOf, withLock, writeWorld } from './world-file.ts';
import type { WorldState } from './world-state.ts';

/** The world as the parts of the sandbox share it. */
export interface World {
  /** The world as it is now, whoever wrote it last. Not to be changed. */
  read(): WorldState;
  /** Changes the world; all of the change is kept, or, when it throws, nothing. */
  change<T>(work: (state: WorldState) => T): T;
}

/** A world in memory, gone with the process. */
export function worldInMemory(fresh: WorldState): World {
  let state = fresh;
  return {
    read: () => state,
    change: (work) => {
      const draft = structuredClone(state);
      const result = work(draft);
      if (isDeepStrictEqual(draft, state)) return result;
      draft.revision += 1;
      state = draft;
      return result;
    },
  };
}

/** A world in a file, made by the first who opens it. Errors: `sandbox.state`. */
export function worldInFile(file: string, fresh: () => WorldState): World {
  let stamp: string | undefined;
  let state: WorldState | undefined;
  const read = (): WorldState => {
    const now = stampOf(file);
    if (state === undefined || now === undefined || now !== stamp) {
      state = readWorld(file) ?? fresh();
      stamp = now;
    }
    return state;
  };
  const keep = (next: WorldState): void => {
    writeWorld(file, next);
    state = next;
    stamp = stampOf(file);
  };
  makeFolder(file);
  withLock(file, () => {
    if (stampOf(file) === undefined) keep(fresh());
    else read();
  });
  return {
    read,
    change: (work) =>
      withLock(file, () => {
        const before = read();
        const draft = structuredClone(before);
        const result = work(draft);
        if (isDeepStrictEqual(draft, before)) return result;
        draft.revision += 1;
        keep(draft);
        return result;
      }),
  };
}
