import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import { reason, value } from '../../../contract/metrics.contract.ts';
import { deployment, openCompany, START } from './company.ts';

const ALL = 'http_requests_total{service="web"}';
const GOOD = 'http_requests_total{service="web",code!~"5.."}';
const FAST = 'http_request_duration_seconds_bucket{service="web",le="0.3"}';
const COUNT = 'http_request_duration_seconds_count{service="web"}';
const HOUR = 3_600_000;

/** Brings a canary of web to production and waits until it serves. */
async function addCanary(company: Sandbox, image = 'shop:2', replicas = 1): Promise<void> {
  const object = deployment('web-canary', { service: 'web', track: 'canary', replicas, image });
  await company.cluster('production').apply(object, { absent: true });
  await company.clock.sleep(10_000);
}

/** Requests, errors, slow ones over a bake of some minutes from now. */
async function bake(company: Sandbox, matcher: string, minutes = 15) {
  const from = company.clock.now();
  await company.clock.sleep(minutes * 60_000);
  const span = { from, to: company.clock.now() };
  const read = async (selector: string) =>
    value(await company.metrics('production').increase(selector, [matcher], span)).total;
  const all = await read(ALL);
  return { all, errors: all - (await read(GOOD)), slow: (await read(COUNT)) - (await read(FAST)) };
}

describe('traffic', () => {
  it('adds up: any cut of any span gives the same counts, through rollouts and canaries', async () => {
    const company = openCompany();
    await addCanary(company);
    await company.clock.sleep(HOUR);
    const now = await company.cluster('production').get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    const guard = { resourceVersion: now?.metadata.resourceVersion ?? '' };
    await company.cluster('production').apply(deployment('web', { image: 'shop:2' }), guard);
    await company.clock.sleep(HOUR);
    const metrics = company.metrics('production');
    const end = company.clock.now();
    const time = fc.integer({ min: START - 2 * HOUR, max: end });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(time, time, time).filter((t) => new Set(t).size === 3),
        fc.constantFrom(ALL, GOOD, FAST, COUNT),
        async (times, selector) => {
          const [a = 0, b = 0, c = 0] = [...times].sort((x, y) => x - y);
          const grown = async (from: number, to: number) =>
            value(await metrics.increase(selector, ['track="stable"'], { from, to })).total;
          expect((await grown(a, b)) + (await grown(b, c))).toBe(await grown(a, c));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('is about what was set, in a week as in a quarter of an hour', async () => {
    const company = openCompany();
    const metrics = company.metrics('production');
    const week = value(await metrics.increase(ALL, [], { from: START - 7 * 24 * HOUR, to: START })).total;
    expect(week / (500 * 7 * 86_400)).toBeCloseTo(1, 2);
    company.setRequestRate('web', 1000);
    const { all } = await bake(company, 'track="stable"');
    expect(all / (1000 * 900)).toBeGreaterThan(0.75);
    expect(all / (1000 * 900)).toBeLessThan(1.25);
  });

  it('counts the same requests in every metric, and never more in a lower bucket', async () => {
    const company = openCompany();
    const span = { from: START - HOUR, to: START };
    const metrics = company.metrics('production');
    const read = async (selector: string) => value(await metrics.increase(selector, [], span)).total;
    expect(await read(COUNT)).toBe(await read(ALL));
    expect(await read(FAST.replace('0.3', '+Inf'))).toBe(await read(ALL));
    expect(await read(FAST.replace('0.3', '1.0'))).toBe(await read(FAST.replace('0.3', '1')));
    let before = 0;
    for (const le of ['0.05', '0.1', '0.25', '0.3', '0.5', '1', '+Inf']) {
      const count = await read(FAST.replace('0.3', le));
      expect(count).toBeGreaterThanOrEqual(before);
      before = count;
    }
  });

  it('gives a canary the share of its ready pods', async () => {
    const company = openCompany({ replicas: 9 });
    await addCanary(company);
    const canary = await bake(company, 'track="canary"', 60);
    const control = await bake(company, 'track="stable"', 60);
    expect(canary.all / (canary.all + control.all)).toBeCloseTo(0.1, 2);
  });

  it('gives nothing to a Deployment that no Service selects while its siblings are selected', async () => {
    const company = openCompany();
    company.seedCluster('production', [
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { track: 'stable' } } },
    ]);
    await addCanary(company);
    await company.clock.sleep(60_000);
    const now = company.clock.now();
    const span = { from: now - 60_000, to: now };
    expect(reason(await company.metrics('production').increase(ALL, ['track="canary"'], span))).toBe('empty');
    expect(reason(await company.metrics('production').increase(ALL, ['track="stable"'], span))).toBe('ok');
  });

  it('counts a service under the name that relctl.yaml gives it, whatever its workload is called, and its canary with it', async () => {
    const company = openCompany();
    const shop = deployment('acme-shop', { service: 'acme-shop' });
    company.nameServices('production', new Map([['shop', shop]]));
    company.seedCluster('production', [shop]);
    const canary = deployment('acme-shop-canary', { service: 'acme-shop', track: 'canary' });
    await company.cluster('production').apply(canary, { absent: true });
    await company.clock.sleep(10 * 60_000);
    const now = company.clock.now();
    const read = async (service: string, track: string) =>
      reason(
        await company
          .metrics('production')
          .increase(`http_requests_total{service="${service}"}`, [`track="${track}"`], {
            from: now - HOUR / 12,
            to: now,
          }),
      );
    expect(await read('shop', 'stable')).toBe('ok');
    expect(await read('shop', 'canary')).toBe('ok');
    expect(await read('acme-shop', 'stable')).not.toBe('ok');
  });

  it('bears the region by which the configuration tells it', async () => {
    const company = openCompany();
    company.seedCluster('production', [deployment('web')], 'eu-2');
    const span = { from: START - HOUR, to: START };
    const metrics = company.metrics('production');
    const region = value(await metrics.increase(ALL, ['region="eu-2"'], span)).total;
    const rest = value(await metrics.increase(ALL, ['region!="eu-2"'], span)).total;
    expect(region / (region + rest)).toBeCloseTo(0.5, 2);
  });

  it('is the same for the same seed and another for another', async () => {
    const read = async (seed: number) => {
      const company = openCompany({ seed });
      return value(await company.metrics('production').increase(ALL, [], { from: START - HOUR, to: START })).total;
    };
    expect(await read(1)).toBe(await read(1));
    expect(await read(1)).not.toBe(await read(2));
  });

  it('grows evenly over a minute, not all at once', async () => {
    const company = openCompany();
    const metrics = company.metrics('production');
    for (let second = 0; second < 60; second += 1) {
      const span = { from: START - HOUR + second * 1000, to: START - HOUR + (second + 1) * 1000 };
      const { total } = value(await metrics.increase(ALL, [], span));
      expect(total).toBeGreaterThan(300);
      expect(total).toBeLessThan(700);
    }
  });
});

describe('an ordinary store and its users', () => {
  it('scrapes each pod at a moment of its own, and loses no request by it', async () => {
    const company = openCompany({ replicas: 9 });
    const span = { from: START - 600_000, to: START };
    const sampled = async () => value(await company.metrics('production').samples(ALL, [], span));
    const moments = (series: Awaited<ReturnType<typeof sampled>>) =>
      new Set(series.map(({ points }) => (points[0]?.at ?? 0) % 15_000));
    expect(moments(await sampled()).size).toBe(1);
    company.faults.set('scrape-phases', true);
    const apart = await sampled();
    expect(moments(apart).size).toBeGreaterThan(2);
    expect(apart.length).toBe(27);
    for (const { points, labels } of apart) {
      const { at: from = 0, value: first = 0 } = points[0] ?? {};
      const { at: to = 0, value: last = 0 } = points.at(-1) ?? {};
      const own = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      const grown = value(await company.metrics('production').increase(ALL, own, { from, to }));
      expect(last - first).toBe(grown.total);
    }
  });

  it('has errors four at a time where users stay at one pod, and no more of them', async () => {
    const company = openCompany();
    const minutes = async (each: string) => {
      const end = company.clock.now();
      const counts: number[] = [];
      for (let to = end - 30 * 60_000; to <= end; to += 60_000) {
        const grown = await company.metrics('production').increase(each, ['code="500"'], { from: to - 60_000, to });
        counts.push(value(grown).total);
      }
      const mean = counts.reduce((sum, one) => sum + one, 0) / counts.length;
      return { mean, variance: counts.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (counts.length - 1) };
    };
    const apart = await minutes('http_requests_total{service="web"}');
    company.faults.set('sticky-users', true);
    await company.clock.sleep(HOUR);
    const together = await minutes('http_requests_total{service="web"}');
    expect(together.mean / apart.mean).toBeGreaterThan(0.7);
    expect(together.mean / apart.mean).toBeLessThan(1.4);
    expect(apart.variance / apart.mean).toBeLessThan(2);
    expect(together.variance / together.mean).toBeGreaterThan(2);
  });
});

describe('a canary', () => {
  it('that is good errs no more than control', async () => {
    const company = openCompany();
    await addCanary(company);
    const { all, errors, slow } = await bake(company, 'track="canary"', 60);
    expect(errors / all).toBeLessThan(0.002);
    expect(slow / all).toBeLessThan(0.01);
  });

  it.each([
    ['canary-errors', 'shop:2'],
    [undefined, 'shop:bad-errors'],
  ])('with the fault %s and the image %s errs', async (fault, image) => {
    const company = openCompany();
    if (fault !== undefined) company.faults.set(fault, true);
    await addCanary(company, image);
    const canary = await bake(company, 'track="canary"');
    expect(canary.errors / canary.all).toBeCloseTo(0.015, 2);
    const control = await bake(company, 'track="stable"');
    expect(control.errors / control.all).toBeLessThan(0.002);
  });

  it('with the fault canary-latency is slow', async () => {
    const company = openCompany();
    company.faults.set('canary-latency', true);
    await addCanary(company);
    const canary = await bake(company, 'track="canary"');
    expect(canary.slow / canary.all).toBeGreaterThan(0.08);
    expect((await bake(company, 'track="stable"')).slow / canary.all).toBeLessThan(0.08);
  });

  it('with the fault no-data has no series, while control has', async () => {
    const company = openCompany();
    company.faults.set('no-data', true);
    await addCanary(company);
    const from = company.clock.now();
    await company.clock.sleep(60_000);
    const span = { from, to: company.clock.now() };
    expect(reason(await company.metrics('production').increase(ALL, ['track="canary"'], span))).toBe('empty');
    expect(reason(await company.metrics('production').increase(ALL, ['track="stable"'], span))).toBe('ok');
  });

  it('that is gone is stale', async () => {
    const company = openCompany();
    await addCanary(company);
    const from = company.clock.now();
    await company.clock.sleep(60_000);
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web-canary' };
    const object = await company.cluster('production').get(ref);
    const guard = { resourceVersion: object?.metadata.resourceVersion ?? '' };
    await company.cluster('production').remove(ref, guard);
    await company.clock.sleep(180_000);
    const span = { from, to: company.clock.now() };
    expect(reason(await company.metrics('production').increase(ALL, ['track="canary"'], span))).toBe('stale');
  });
});

describe('a metrics store that was down', () => {
  it('answers nothing while it is, and shows the gap afterwards', async () => {
    const company = openCompany();
    const metrics = company.metrics('production');
    const from = company.clock.now();
    await company.clock.sleep(600_000);
    const down = company.clock.now();
    company.faults.set('prometheus-down', true);
    await company.clock.sleep(600_000);
    const up = company.clock.now();
    const read = async () => metrics.increase(ALL, [], { from, to: up });
    expect(reason(await read())).toBe('unreachable');
    expect(reason(await metrics.scalar('1', up))).toBe('unreachable');
    company.faults.set('prometheus-down', false);
    await company.clock.sleep(60_000);
    expect(reason(await read())).toBe('ok');
    const span = { from, to: company.clock.now() };
    expect(value(await metrics.gaps(ALL, [], span, 60))).toEqual([{ from: down, to: up }]);
    expect(value(await metrics.gaps(ALL, [], span, 3600))).toEqual([]);
  });
});

describe('queries', () => {
  const ask = async (query: string) => openCompany().metrics('production').scalar(query, START);

  it.each([
    ['0.25', 0.25],
    ['1 + 2 * 3 - 8 / 4', 5],
    ['-(2 - 5) * 2', 6],
    ['count(http_requests_total{service="web"})', 9],
    ['sum(increase(http_requests_total[1h])) / sum(increase(http_requests_total[1h]))', 1],
    ['count(sum by (service) (rate(http_requests_total[5m])))', 2],
    ['max(count(rate(http_requests_total[5m])) by (service))', 9],
  ])('%s', async (query, expected) => {
    expect(value(await ask(query))).toBeCloseTo(expected, 9);
  });

  it('give rates and ratios that agree with the traffic', async () => {
    expect(value(await ask('sum(rate(http_requests_total{service="web"}[1d]))')) / 500).toBeCloseTo(1, 1);
    const errors = 'sum(rate(http_requests_total{code=~"5.."}[1d])) / sum(rate(http_requests_total[1d]))';
    expect(value(await ask(errors))).toBeCloseTo(0.001, 4);
    const median = 'histogram_quantile(0.5, sum(rate(http_request_duration_seconds_bucket[1h])) by (le))';
    expect(value(await ask(median))).toBeCloseTo(0.06, 1);
  });

  it.each([
    ['no_such_metric', 'empty'],
    ['sum(rate(no_such_total[5m])) / 2', 'empty'],
    ['http_requests_total', 'several-values'],
    ['rate(http_requests_total[5m])', 'several-values'],
    ['0 / 0', 'not-a-number'],
    ['1 / 0', 'not-a-number'],
    ['sum(', 'error'],
    ['sum(1)', 'error'],
    ['topk(3, http_requests_total)', 'error'],
    ['1 2', 'error'],
  ])('%s has no one number: %s', async (query, expected) => {
    expect(reason(await ask(query))).toBe(expected);
  });

  it('have no one number where they are too deep to read', async () => {
    expect(reason(await ask('('.repeat(10_000)))).toBe('error');
  });

  it('move a success metric from its baseline past its target in the days after a release', async () => {
    const company = openCompany();
    const metrics = company.metrics('production');
    const ask = async () => value(await metrics.scalar('sandbox_kr_conversion', company.clock.now()));
    const before = await ask();
    const now = await company.cluster('production').get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    const guard = { resourceVersion: now?.metadata.resourceVersion ?? '' };
    await company.cluster('production').apply(deployment('web', { image: 'shop:2' }), guard);
    await company.clock.sleep(7 * 24 * HOUR);
    expect((await ask()) / before).toBeGreaterThan(1.09);
    company.faults.set('success-missed', true);
    expect((await ask()) / before).toBeCloseTo(1, 1);
  });
});
