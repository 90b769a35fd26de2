import type { PlanStore } from '../ports/plan-store.ts';

/** A store that notes which releases were written. */
export function noting(store: PlanStore, touched: Set<string>): PlanStore {
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
