import { COUNTER } from '../../cluster/exporter.ts';
import { waitFor } from '../../cluster/wait.ts';
import { startLab } from '../../e2e/support/lab.ts';
import { RELEASE } from '../../e2e/support/lab-product.ts';
import { HEAD, machine, publish, row } from './figures.ts';
import { cpuSeconds, megabytes } from './process-figures.ts';

/**
 * What relctl takes of the machine while it watches a canary: its own CPU time and that of everything that it starts, over the first
 * minutes of a bake with the looks of the standard plan, and how much memory it has. Arguments: SLOs, stable pods, seconds between two scrapes
 * of a pod, and how many seconds are measured (900 are the standard bake).
 */
const [slos = 1, pods = 3, scrape = 15, seconds = 120] = process.argv.slice(3).map(Number);

const selector = `${COUNTER}{service="web"}`;
const lab = await startLab({
  migration: false,
  canary: { bake: `${seconds + 30}s`, look: '15s' },
  scrape: `${scrape}s`,
  config: { metrics: { staleAfter: `${4 * scrape}s` } },
  spec: {
    slos: Array.from({ length: slos }, (_, index) => ({
      name: `availability ${index + 1}`,
      service: 'web',
      objective: '95%',
      good: selector.replace('}', ',code!~"5.."}'),
      total: selector,
    })),
  },
});
try {
  lab.exporter.count([
    ...Array.from({ length: pods }, (_, index) => ({
      labels: { track: 'stable', pod: `pod-${index}` },
      rate: 300,
      bad: 0.001,
    })),
    { labels: { track: 'canary', pod: 'canary' }, rate: 300, bad: 0.001 },
  ]);
  const arena = await lab.arena();
  // A canary is not started beside pods of which nothing is known yet.
  await waitFor(() => scrapes(3), { what: 'three scrapes', timeoutMs: 5000 * scrape + 10_000 });
  const deployment = arena.start(['deploy', RELEASE]);
  const { pid } = deployment.child;
  await waitFor(() => arena.history().events.some((event) => event.data.step === 'bake'), { what: 'bake' });
  const [before, began] = [cpuSeconds(pid), performance.now()];
  let most = 0;
  for (let second = 0; second < seconds; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    most = Math.max(most, megabytes(pid, 'VmRSS'));
  }
  const share = (cpuSeconds(pid) - before) / ((performance.now() - began) / 1000);
  const peak = megabytes(pid, 'VmHWM');
  const ended = await deployment.ended;
  if (ended.code !== 0) throw new Error(ended.stderr);
  publish([
    `A bake of ${seconds + 30} s, ${slos === 1 ? 'one SLO' : `${slos} SLOs`} of ${pods} stable pods, scraped every ${scrape} s, with a look every 15 s (every 5 s in the first minute) and a lock that is renewed every 20 s; ${machine()}.`,
    '',
    HEAD,
    row(
      `CPU, with all that relctl starts, over ${seconds} s`,
      `${(share * 100).toFixed(2)} % of a core`,
      '<= 1 %',
      share <= 0.01,
    ),
    row('memory during the bake, at its most (RSS)', `${most.toFixed(0)} MB`, '<= 110 MB', most <= 110),
    row('memory of the whole run, at its most', `${peak.toFixed(0)} MB`, '', true),
  ]);
} finally {
  await lab.stop();
}

/** Whether Prometheus has scraped the pods so many times. */
async function scrapes(wanted: number): Promise<boolean> {
  const query = `min(count_over_time(${COUNTER}[5m])) >= ${wanted}`;
  const answer = await fetch(`${lab.prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await answer.json()) as { readonly data?: { readonly result: readonly unknown[] } };
  return (data?.result.length ?? 0) > 0;
}
