import type { PlanStore } from '../../src/ports/plan-store.ts';

/** What a process dies of in these tests; it has no code, so that nothing can take it for an error of relctl. */
export class Killed extends Error {}

/**
 * A store whose process dies at an event: right before the write that would record it, or right after. Nothing that comes
 * later is written any more, as of a process that is gone.
 * @param event a type, or a type and a step, which may end in `*`
 */
export function dyingStore(store: PlanStore, event: string, when: 'before' | 'after'): PlanStore {
  let dead = false;
  return {
    ...store,
    async append(plan, events) {
      if (dead) throw new Killed('dead');
      const hit = events.some((one) => {
        const step = (one.data as { step?: string }).step;
        const told = `${one.type} ${step ?? ''}`;
        return event === one.type || (event.endsWith('*') ? told.startsWith(event.slice(0, -1)) : told === event);
      });
      if (hit && when === 'before') {
        dead = true;
        throw new Killed(event);
      }
      const written = await store.append(plan, events);
      if (hit) {
        dead = true;
        throw new Killed(event);
      }
      return written;
    },
    async keep(...kept) {
      if (dead) throw new Killed('dead');
      return store.keep(...kept);
    },
  };
}
