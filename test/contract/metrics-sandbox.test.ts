import { deployment, openCompany } from '../unit/adapters/sandbox/company.ts';
import { describeMetricsContract } from './metrics.contract.ts';

describeMetricsContract('the sandbox', async () => {
  const company = openCompany();
  const canary = deployment('web-canary', { service: 'web', track: 'canary', replicas: 1, image: 'shop:2' });
  await company.cluster('production').apply(canary, { absent: true });
  await company.clock.sleep(10_000);
  const from = company.clock.now();
  await company.clock.sleep(20 * 60_000);
  return {
    metrics: company.metrics('production'),
    selector: 'http_requests_total{service="web"}',
    canary: 'track="canary"',
    control: 'track="stable"',
    span: { from, to: company.clock.now() },
    interval: 15,
    // The share of pods that are canaries is known, and is exact as a number of series.
    scalar: {
      query: 'count(http_requests_total{service="web",track="canary"}) / count(http_requests_total)',
      value: 3 / 21,
    },
    severalValues: 'http_requests_total{service="web"}',
  };
});
