import type { MetricStore } from '../../src/adapters/metrics/store.ts';

/** A metrics store as somebody outside of relctl would add it: it knows one number, and nothing of anything else. */
export const ledger: MetricStore = {
  open: ({ number }) => ({
    increase: async () => ({ ok: false, noData: { reason: 'empty', detail: 'the ledger counts nothing' } }),
    samples: async () => ({ ok: true, value: [] }),
    lostTargets: async () => ({ ok: true, value: [] }),
    gaps: async () => ({ ok: true, value: [] }),
    scalar: async () => ({ ok: true, value: Number(number) }),
  }),
};
