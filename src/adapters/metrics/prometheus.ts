import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import { endpointWithLogin, serviceEndpoint, urlOf } from '../../plan/endpoint.ts';
import { createPrometheusMetrics } from '../prometheus/metrics.ts';
import type { MetricStore } from './store.ts';

const store = z.literal('prometheus');
const withUrl = z.strictObject({ store, ...endpointWithLogin.shape });
const inCluster = z.strictObject({ store, ...serviceEndpoint.shape });

/** Prometheus, and what speaks its HTTP API: Thanos, Mimir, VictoriaMetrics. */
export const prometheusStore: MetricStore = {
  open(given, { timeout, staleAfter, fetchOf }) {
    const read = ('via' in given ? inCluster : withUrl).safeParse(given);
    if (!read.success) throw wrongSettings(read.error.issues[0]);
    const { store: _, ...endpoint } = read.data;
    const access = { url: urlOf(endpoint), onlyGet: 'via' in endpoint, fetch: fetchOf(endpoint) };
    return createPrometheusMetrics({ ...access, timeout, staleAfter });
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
