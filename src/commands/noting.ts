import type { PlanStore } from '../ports/plan-store.ts';
import type { Context } from '../usecases/release/context.ts';
import type { Invocation } from './command.ts';

/** An invocation that notes which releases its command writes, and what it opened to write them. */
export interface Noted extends Invocation {
  /** Ids of the releases that were written. */
  readonly touched: ReadonlySet<string>;
  opened(): Context | undefined;
}

/** Watches a command's writing. */
export function noted(invocation: Invocation): Noted {
  const touched = new Set<string>();
  let opened: Context | undefined;
  return {
    ...invocation,
    touched,
    opened: () => opened,
    async context(wanted) {
      const context = await invocation.context(wanted);
      opened = { ...context, store: noting(context.store, touched) };
      return opened;
    },
  };
}

/** A store that notes which releases were written. */
function noting(store: PlanStore, touched: Set<string>): PlanStore {
  return {
    ...store,
    create: (id, head) => {
      touched.add(id);
      return store.create(id, head);
    },
    rewrite: (plan, head) => {
      touched.add(plan.id);
      return store.rewrite(plan, head);
    },
    append: (plan, events) => {
      touched.add(plan.id);
      return store.append(plan, events);
    },
    keep: (id, name, content) => {
      touched.add(id);
      return store.keep(id, name, content);
    },
  };
}
