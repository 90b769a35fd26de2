import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import { createPrometheusMetrics } from '../prometheus/metrics.ts';
import type { MetricStore } from './store.ts';

const settings = z.strictObject({ store: z.literal('prometheus'), url: z.url({ protocol: /^https?$/ }) });

/** Prometheus, and what speaks its HTTP API: Thanos, Mimir, VictoriaMetrics. */
export const prometheusStore: MetricStore = {
  open(given, { timeout, staleAfter }) {
    const read = settings.safeParse(given);
    if (!read.success) throw wrongSettings(read.error.issues[0]);
    return createPrometheusMetrics({ url: read.data.url, timeout, staleAfter });
  },
};

function wrongSettings(issue: z.core.$ZodIssue | undefined): RelctlError {
  const where = ['metrics', ...(issue?.path ?? [])].map(String).join('.');
  return new RelctlError('config.invalid', `${where} in relctl.yaml is not as it should be: ${issue?.message}`, {
    place: { file: 'relctl.yaml' },
    why: 'Without measurements nothing can be judged, and no data is never a pass.',
    hints: ['metrics: { store: prometheus, url: http://prometheus.example.com:9090 }'],
  });
}
