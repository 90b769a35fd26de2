import type { MetricStore } from '../../src/adapters/metrics/store.ts';

/** A metrics store as somebody outside of relctl would add it: it knows one number, and nothing of anything else. */
export const ledger: MetricStore = {
  open: ({ number }) => ({
    increase: async () => ({ ok: false, noData: { reason: 'empty', detail: 'the ledger counts nothing' } }),
    gaps: async () => ({ ok: true, value: [] }),
    scalar: async () => ({ ok: true, value: Number(number) }),
  }),
};
