import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNTER, type Exporter, startExporter } from '../cluster/exporter.ts';
import { type PrometheusServer, startPrometheus } from '../cluster/prometheus.ts';
import { waitFor } from '../cluster/wait.ts';
import { type Arena, type Lab, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

/**
 * Days that production has, on a real control plane with a real Prometheus that scrapes each pod as a target of its own, every second. The plan's
 * times are shorter than a company's: a warm-up of 16 s and a bake of 6 s.
 */
const WARM_UP_SECONDS = 16;
const RATE = 300;
const HEALTHY = 0.001;
const EDGES = ['0.25', '0.5', '1'];
const STABLE_PODS = ['a', 'b', 'c', 'd', 'e'];

let lab: Lab;
let prometheus: PrometheusServer;
const exporters = new Map<string, Exporter>();

beforeAll(async () => {
  const selector = `${COUNTER}{service="web"}`;
  lab = await startLab({
    name: 'days',
    migration: false,
    canary: { warmup: `${WARM_UP_SECONDS}s`, bake: '6s', extension: '10s' },
    spec: {
      slos: [
        {
          name: 'availability',
          service: 'web',
          objective: '95%',
          good: selector.replace('}', ',code!~"5.."}'),
          total: selector,
        },
        {
          name: 'latency',
          service: 'web',
          objective: '95%',
          good: 'shop_seconds_bucket{service="web",le="0.5"}',
          total: 'shop_seconds_count{service="web"}',
        },
      ],
    },
  });
  for (const pod of [...STABLE_PODS, 'canary']) {
    const exporter = await startExporter(lab.plane.folder, { service: 'web' });
    exporters.set(pod, exporter);
    serve(pod, {});
  }
  prometheus = await startPrometheus({ targetsFiles: [...exporters.values()].map(({ targetsFile }) => targetsFile) });
});
afterAll(async () => {
  for (const exporter of exporters.values()) await exporter.stop();
  await prometheus?.stop();
  await lab?.stop();
});

/** Sets what a pod does from now on; requests that are slow are none that fail. */
function serve(
  pod: string,
  { bad = HEALTHY, slow = HEALTHY }: { readonly bad?: number; readonly slow?: number },
): void {
  const labels = { track: pod === 'canary' ? 'canary' : 'stable', pod };
  exporters.get(pod)?.count([
    { labels: { ...labels, how: 'fast' }, rate: RATE * (1 - slow), bad },
    { labels: { ...labels, how: 'slow' }, rate: RATE * slow, bad: 0 },
  ]);
}

/** Exposes a histogram beside the counter: who is fast is within 0.25 s, who is slow takes more than a second. */
function exposeHistogram(edges: readonly string[]): void {
  for (const exporter of exporters.values()) {
    exporter.expose((counters) => {
      const lines = counters.split('\n').filter((line) => line.startsWith(`${COUNTER}{`));
      const sum = (how: string) =>
        lines.filter((line) => line.includes(how)).reduce((all, line) => all + Number(line.split(' ').at(-1)), 0);
      const labels = /\{(track="\w+",pod="\w+")/.exec(lines[0] ?? '')?.[1] ?? '';
      const all = sum('');
      return [
        counters.trim(),
        '# TYPE shop_seconds histogram',
        ...edges.map((le) => `shop_seconds_bucket{${labels},le="${le}"} ${sum('how="fast"')}`),
        `shop_seconds_bucket{${labels},le="+Inf"} ${all}`,
        `shop_seconds_count{${labels}} ${all}`,
        `shop_seconds_sum{${labels}} ${all}`,
        '',
      ].join('\n');
    });
  }
}

/** Whether the store answers a query with anything. A program reads its targets within five seconds of its start. */
async function isStored(query: string): Promise<boolean> {
  const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await answer.json()) as { readonly data?: { readonly result: readonly unknown[] } };
  return (data?.result.length ?? 0) > 0;
}

const arenaOfOwnPods = () => lab.arena((config) => config.replaceAll(lab.prometheus.url, prometheus.url));

async function deployed(
  work: (deployment: { readonly arena: Arena; readonly ended: ReturnType<Arena['start']>['ended'] }) => Promise<void>,
) {
  const arena = await arenaOfOwnPods();
  try {
    const { ended } = arena.start(['deploy', RELEASE]);
    await work({ arena, ended });
  } finally {
    for (const pod of exporters.keys()) serve(pod, {});
    exposeHistogram(EDGES);
    await arena.remove();
  }
}

const bakes = (arena: Arena) =>
  waitFor(() => arena.history().events.some((event) => event.data.step === 'bake'), { what: 'bake' });
const seconds = (many: number) => new Promise((resolve) => setTimeout(resolve, many * 1000));
const judgedIn = (arena: Arena) => arena.history().events.find((event) => event.type === 'canary.judged')?.data;

describe('a threshold that lies between two edges of the histogram', () => {
  it('is refused before anybody is asked, with the edges that there are', async () => {
    exposeHistogram(['0.25', '1']);
    try {
      await waitFor(() => isStored('count(shop_seconds_count) == 6'), { what: 'a scrape of each histogram' });
      const said = 'latency: the histogram has no edge at 0.5; it has 0.25, 1';
      await expect(arenaOfOwnPods()).rejects.toThrow(said);
    } finally {
      exposeHistogram(EDGES);
      // The edges are scraped before they are judged by.
      await seconds(6);
    }
  });
});

describe('a canary', () => {
  it('that sleeps through its first requests passes, because it may warm up', async () => {
    serve('canary', { slow: 1 });
    await deployed(async ({ arena, ended }) => {
      await bakes(arena);
      await seconds(WARM_UP_SECONDS / 4);
      serve('canary', {});
      const { code, stderr } = await ended;
      expect(code, stderr).toBe(0);
      expect(arena.history().phase).toBe('deployed');
    });
  });

  it('twenty times as bad is out within a minute although a node with a stable pod is dead, and the pod is named before', async () => {
    exporters.get('a')?.expose('refuse');
    await seconds(8);
    serve('canary', { bad: 20 * HEALTHY });
    await deployed(async ({ arena, ended }) => {
      const { code, stderr } = await ended;
      expect(code, stderr).toBe(1);
      expect(stderr).toContain('stable pods that the metrics store cannot reach are left out: a');
      const judged = judgedIn(arena);
      expect(judged).toMatchObject({ verdict: 'fail' });
      expect(judged?.elapsedSeconds).toBeLessThan(60);
      expect(judged?.slos).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ name: 'availability', code: 'worse-than-control', leftOut: ['a'] }),
        ]),
      );
      expect(arena.history().phase).toBe('rolled-back');
    });
  });

  it('that is killed for its memory fails, whatever its requests say', async () => {
    await seconds(6);
    await deployed(async ({ arena, ended }) => {
      await bakes(arena);
      await seconds(2);
      for (const pid of processesOf('web-canary')) process.kill(pid, 'SIGKILL');
      const { code, stderr } = await ended;
      expect(code, stderr).toBe(1);
      expect(judgedIn(arena)).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('OOMKilled') });
      expect(arena.history().phase).toBe('rolled-back');
    });
  });
});

/** Processes of this one that are containers of a pod. */
function processesOf(pod: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        return Number(parent) === process.pid && environment.some((one) => one.startsWith(`HOSTNAME=${pod}`));
      } catch {
        return false;
      }
    });
}
