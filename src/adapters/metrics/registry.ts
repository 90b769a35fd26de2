import { byName } from '../../text/by-name.ts';
import { commandStore } from './command/command.ts';
import { prometheusStore } from './prometheus.ts';
import type { MetricStore } from './store.ts';

/** Every store by the `store` of its entry. */
export const METRIC_STORES: Readonly<Record<string, MetricStore>> = byName({
  prometheus: prometheusStore,
  command: commandStore,
});
