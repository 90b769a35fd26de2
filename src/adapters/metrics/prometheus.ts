import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import { endpointWithLogin } from '../../plan/endpoint.ts';
import { createPrometheusMetrics } from '../prometheus/metrics.ts';
import type { MetricStore } from './store.ts';

const settings = z.strictObject({ store: z.literal('prometheus'), ...endpointWithLogin.shape });

/** Prometheus, and what speaks its HTTP API: Thanos, Mimir, VictoriaMetrics. */
export const prometheusStore: MetricStore = {
  open(given, { timeout, staleAfter, fetchOf }) {
    const read = settings.safeParse(given);
    if (!read.success) throw wrongSettings(read.error.issues[0]);
    const { store: _, ...endpoint } = read.data;
    return createPrometheusMetrics({ url: endpoint.url, timeout, staleAfter, fetch: fetchOf(endpoint) });
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
