import { Agent, get } from 'node:http';
import type { Endpoint } from './kubelet.ts';
import type { Backend } from './router.ts';

/** What came of the requests that were sent to one pod. */
export interface PodTally {
  /** Answers below 500. */
  ok: number;
  /** Answers of 500 and above. */
  failed: number;
  /** No answer: refused, reset, or too late. */
  unanswered: number;
}

/** What came of all requests. */
export interface TrafficReport {
  readonly sent: number;
  readonly pods: ReadonlyMap<string, PodTally>;
  /** Requests for which there was no ready pod. */
  readonly unrouted: number;
  /** Requests that were due while too many were under way; they were not sent. */
  readonly skipped: number;
}

/** Requests at a steady pace, until stopped or until their count is reached. */
export interface Traffic {
  report(): TrafficReport;
  /** Resolves when all requests were sent and answered. */
  readonly done: Promise<void>;
  stop(): Promise<TrafficReport>;
}

/** What traffic is sent, and where. */
export interface TrafficOptions {
  /** Asked before each request, so that changes in the cluster take effect at once. */
  readonly backends: () => readonly Backend[];
  /** Requests a second, at most {@link MAX_RATE}. */
  readonly rate: number;
  /** How many requests in all, at most {@link MAX_COUNT}, which is also what it is when left out. */
  readonly count?: number;
  readonly path?: string;
  /** What is sent in `Host`. Then the endpoint is a gateway, and a request counts for the pod that its answer names. */
  readonly host?: string;
}

/** For whom a request counts that no pod answered. */
export const GATEWAY = 'the gateway itself';

const MAX_RATE = 2000;
const MAX_COUNT = 1_000_000;
const MAX_UNDER_WAY = 400;
const TICK_MS = 10;
const ANSWER_MS = 10_000;

/**
 * Sends requests evenly: each backend gets its share of any run of requests to within one (smooth weighted round robin), and
 * within a backend each ready pod the same. So 1% of 1,000 requests is 10, without chance.
 */
export function startTraffic(options: TrafficOptions): Traffic {
  const rate = Math.min(options.rate, MAX_RATE);
  const count = Math.min(options.count ?? MAX_COUNT, MAX_COUNT);
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_UNDER_WAY });
  const tallies = new Map<string, PodTally>();
  const credits = new Map<string, number>();
  const turns = new Map<string, number>();
  let sent = 0;
  let unrouted = 0;
  let skipped = 0;
  let underWay = 0;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const started = performance.now();

  function nextBackend(): Backend | undefined {
    const backends = options.backends().filter((backend) => backend.weight > 0);
    const total = backends.reduce((sum, backend) => sum + backend.weight, 0);
    let best: Backend | undefined;
    for (const backend of backends) {
      credits.set(backend.name, (credits.get(backend.name) ?? 0) + backend.weight);
      if (best === undefined || (credits.get(backend.name) ?? 0) > (credits.get(best.name) ?? 0)) best = backend;
    }
    if (best) credits.set(best.name, (credits.get(best.name) ?? 0) - total);
    return best;
  }

  function nextEndpoint(): Endpoint | undefined {
    const backend = nextBackend();
    const endpoints = backend?.endpoints() ?? [];
    if (backend === undefined || endpoints.length === 0) return undefined;
    const turn = turns.get(backend.name) ?? 0;
    turns.set(backend.name, turn + 1);
    return endpoints[turn % endpoints.length];
  }

  function send(): void {
    sent += 1;
    const endpoint = nextEndpoint();
    if (endpoint === undefined) {
      unrouted += 1;
      return;
    }
    underWay += 1;
    const settle = (kind: keyof PodTally, pod = options.host === undefined ? endpoint.pod : GATEWAY) => {
      const tally = tallies.get(pod) ?? { ok: 0, failed: 0, unanswered: 0 };
      tallies.set(pod, tally);
      tally[kind] += 1;
      underWay -= 1;
      finishIfOver();
    };
    const { host, port } = endpoint;
    const headers = options.host === undefined ? {} : { host: options.host };
    const asked = { host, port, path: options.path ?? '/', headers, agent, timeout: ANSWER_MS };
    const outgoing = get(asked, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (options.host !== undefined) text += chunk;
      });
      response.once('close', () => {
        const pod = /"pod":"([^"]+)"/.exec(text)?.[1];
        // A gateway that knows no such route answers 404, which is no success either; a pod never does.
        const failed = (response.statusCode ?? 500) >= (options.host === undefined ? 500 : 400);
        if (!response.complete) settle('unanswered', pod);
        else settle(failed ? 'failed' : 'ok', pod);
      });
    });
    let answered = false;
    outgoing.once('response', () => {
      answered = true;
    });
    outgoing.once('timeout', () => outgoing.destroy());
    outgoing.once('error', () => {
      if (!answered) settle('unanswered');
    });
  }

  function finishIfOver(): void {
    if (sent + skipped >= count && underWay === 0) stopTimer();
  }

  function stopTimer(): void {
    clearInterval(timer);
    finish();
  }

  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1000) * rate)) - sent - skipped;
    for (let i = 0; i < due; i += 1) {
      if (underWay < MAX_UNDER_WAY) send();
      else skipped += 1;
    }
    finishIfOver();
  }, TICK_MS);

  const report = () => ({ sent, pods: tallies, unrouted, skipped });
  return {
    report,
    done,
    async stop() {
      clearInterval(timer);
      const deadline = performance.now() + ANSWER_MS;
      while (underWay > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      finish();
      agent.destroy();
      return report();
    },
  };
}
