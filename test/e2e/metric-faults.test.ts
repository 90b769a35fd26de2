import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../cluster/free-ports.ts';
import { type MetricsProxy, startMetricsProxy } from '../cluster/metrics-proxy.ts';
import { type PrometheusServer, startPrometheus } from '../cluster/prometheus.ts';
import { waitFor } from '../cluster/wait.ts';
import { type Arena, type Lab, startLab } from './support/lab.ts';
import { RELEASE } from './support/lab-product.ts';

/**
 * A candidate that is as good as what runs, measured by a real Prometheus which fails while the canary is watched, in each way
 * that is known. Without the fault it is promoted; with it never: no data is never a pass.
 *
 * RELCTL_FAULT_ROUNDS says how often each is done; once when left out.
 */
const ROUNDS = Number(process.env.RELCTL_FAULT_ROUNDS ?? 1);
const STALE_MS = 30_000;

let lab: Lab;
let proxy: MetricsProxy;
/** The same measurements, from a Prometheus that cannot ask all of its stores. */
let partial: PrometheusServer;
/** A port on which nobody listens. */
let nobody = 0;

beforeAll(async () => {
  lab = await startLab({ migration: false });
  proxy = await startMetricsProxy(lab.prometheus.url);
  const [dead = 0, free = 0] = await freePorts(2);
  nobody = free;
  partial = await startPrometheus({
    targetsFiles: [lab.exporter.targetsFile],
    remoteRead: `http://127.0.0.1:${dead}/read`,
  });
});
afterAll(async () => {
  await proxy?.stop();
  await partial?.stop();
  await lab?.stop();
});

/** A fault: what relctl.yaml says otherwise, what happens once the canary is watched, and how it is undone. */
interface Fault {
  readonly what: string;
  /** What the recorded reason says. */
  readonly said: RegExp;
  readonly config?: (text: string) => string;
  readonly during?: () => void;
  readonly after?: () => void;
}

/** A text with a word in it changed, which must be there. */
function changed(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replaceAll(from, to);
}

const canaryOnly = (line: string) => line.includes('track="canary"');
const eachLine = (change: (line: string) => string) => (text: string) => text.split('\n').map(change).join('\n');
const healthyExporter = { after: () => lab.exporter.expose('counters') };
const healthyProxy = { after: () => proxy.fault('none') };

const FAULTS: readonly Fault[] = [
  {
    what: 'Prometheus hangs (SIGSTOP)',
    said: /no complete answer within/,
    during: () => void lab.prometheus.program.child.kill('SIGSTOP'),
    after: () => void lab.prometheus.program.child.kill('SIGCONT'),
  },
  {
    what: 'nothing listens where Prometheus was',
    said: /cannot be reached|ECONNREFUSED|refused/,
    config: (text) => changed(text, proxy.url, `http://127.0.0.1:${nobody}`),
  },
  {
    what: 'every answer comes too late',
    said: /no complete answer within/,
    during: () => proxy.fault({ delayMs: 15_000 }),
    ...healthyProxy,
  },
  { what: 'answers are cut off', said: /./, during: () => proxy.fault('cut'), ...healthyProxy },
  {
    what: 'something answers in bytes that are no text',
    said: /JSON/,
    during: () => proxy.fault('garbage'),
    ...healthyProxy,
  },
  { what: 'a login page answers', said: /JSON/, during: () => proxy.fault('not-json'), ...healthyProxy },
  { what: 'a gateway answers 503', said: /503/, during: () => proxy.fault('unavailable'), ...healthyProxy },
  {
    what: 'connections are closed without an answer',
    said: /./,
    during: () => proxy.fault('hang-up'),
    ...healthyProxy,
  },
  {
    what: 'answers are empty',
    said: /no (series|sample|data)|nothing/i,
    during: () => proxy.fault('empty'),
    ...healthyProxy,
  },
  {
    what: 'Prometheus warns that its answer is not whole',
    said: /warn/i,
    config: (text) => changed(text, proxy.url, partial.url),
  },
  {
    what: 'nobody has the labels of the canary',
    said: /no (series|sample|data)|nothing/i,
    config: (text) => changed(text, '"staleAfter": "5s"', '"staleAfter": "5s", "canaryMatcher": "track=\\"nobody\\""'),
  },
  {
    what: "the canary's metric is gone",
    said: /./,
    during: () => lab.exporter.expose(eachLine((line) => (canaryOnly(line) ? '' : line))),
    ...healthyExporter,
  },
  { what: 'the target is down', said: /./, during: () => lab.exporter.expose('refuse'), ...healthyExporter },
  {
    what: "the canary's counter is not a number (0/0)",
    said: /not a finite number/,
    during: () =>
      lab.exporter.expose(eachLine((line) => (canaryOnly(line) ? line.replace(/ [\d.e+-]+$/, ' NaN') : line))),
    ...healthyExporter,
  },
  {
    what: 'samples are old',
    said: /./,
    during: () =>
      lab.exporter.expose(eachLine((line) => (/^\w+\{/.test(line) ? `${line} ${Date.now() - STALE_MS}` : line))),
    ...healthyExporter,
  },
];

async function deployUnder(
  fault: Fault | undefined,
  work: (arena: Arena, code: number | null, said: string) => Promise<void>,
) {
  const measured = (text: string) => changed(text, lab.prometheus.url, proxy.url);
  const arena = await lab.arena((text) => fault?.config?.(measured(text)) ?? measured(text));
  try {
    const deployment = arena.start(['deploy', RELEASE]);
    let over = false;
    void deployment.ended.then(() => {
      over = true;
    });
    await waitFor(() => over || arena.history().events.some((event) => event.data.step === 'bake'), { what: 'bake' });
    fault?.during?.();
    const { code, stdout, stderr } = await deployment.ended;
    await work(arena, code, stdout + stderr);
  } finally {
    fault?.after?.();
    await arena.remove();
  }
}

describe('a good candidate', () => {
  it('is promoted while nothing is wrong with the measurements', async () => {
    await deployUnder(undefined, async (arena, code, said) => {
      expect(code, said).toBe(0);
      expect(arena.history().phase).toBe('deployed');
    });
  });

  it.each(FAULTS)(`is not promoted when $what (${ROUNDS} times)`, async (fault) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const spoiled = proxy.spoiled();
      await deployUnder(fault, async (arena, code, said) => {
        expect(code, said).toBe(1);
        const { phase, events } = arena.history();
        expect(events.some((event) => event.type === 'canary.promoted')).toBe(false);
        const judged = events.find((event) => event.type === 'canary.judged')?.data;
        expect(judged).toMatchObject({ verdict: 'inconclusive' });
        // The reason names what was missing, in the record, on the screen and in the message to people.
        expect(judged?.reason).toMatch(/^availability: no data: /);
        expect(judged?.reason).toMatch(fault.said);
        expect(said).toContain(String(judged?.reason));
        expect(phase).toBe('rolled-back');
        expect(await arena.image()).toBe('registry.example/web:1.0.0');
        if (fault.after === healthyProxy.after) expect(proxy.spoiled()).toBeGreaterThan(spoiled);
      });
    }
  });
});
