import { Agent, type IncomingMessage } from 'node:http';
import { RelctlError } from '../../../errors.ts';
import { formatSpan } from '../../../text/figures.ts';
import { RequestFailure } from '../failure.ts';
import { type ApiAnswer, type ApiRequest, NoAnswer, open, send } from './http.ts';
import { type KubectlProxy, NoConnection } from './proxy.ts';

/** HTTP to the API server of a target, through a kubectl that is started when it is first needed and again when it dies. */
export interface Connection {
  /**
   * Sends a request once.
   * @throws RequestFailure `unsent` or `unknown` without an answer, with the deadline as its cause where that has passed;
   *   NoConnection, and then nothing was sent; RelctlError `tool.missing`
   */
  send(request: ApiRequest): Promise<ApiAnswer>;
  /** Opens an answer that goes on until the signal ends it; the same errors. */
  open(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage>;
  /** Has the next requests go through a new kubectl, which reads the kubeconfig anew. */
  renew(): void;
  /** Ends kubectl for good: no request is sent from then on. */
  end(): void;
}

/** How a connection is made. */
export interface ConnectionOptions {
  readonly start: () => Promise<KubectlProxy>;
  /** Milliseconds that a request may take. */
  readonly deadline: number;
  /** Milliseconds without an answer after which kubectl itself is asked whether it lives; {@link PATIENCE_MS} when left out. */
  readonly patience?: number;
  /** The command by which a person would ask for a path. */
  readonly byHand: (path: string) => string;
}

/** Most answers take milliseconds; an API server that has much to do takes this long at times. */
const PATIENCE_MS = 5000;
/** How long a living kubectl takes to say that it does not know a host, at most. */
const PROOF_MS = 2000;
/** More kubectl than this within a minute, and it is not worth another. */
const MOST_STARTS = 5;
const STARTS_WITHIN_MS = 60_000;
/** Requests side by side; more wait. */
const MOST_SOCKETS = 32;

/** How often a request is sent that certainly reached nobody. */
const TRIES_UNSENT = 3;

/** A kubectl that serves requests. */
interface Line {
  readonly proxy: KubectlProxy;
  readonly agent: Agent;
  /** Requests that it is at. */
  atWork: number;
  /** It gets no new request, and ends with the last of those that it has. */
  retired: boolean;
}

/** Makes a connection. Nothing is started yet. */
export function createConnection(options: ConnectionOptions): Connection {
  const { deadline, patience = PATIENCE_MS } = options;
  let current: Line | undefined;
  let beginning: Promise<Line> | undefined;
  let starts: readonly number[] = [];
  let isEnded = false;

  async function begin(): Promise<Line> {
    if (isEnded) throw new RequestFailure('unsent', 'the connection was ended');
    const now = performance.now();
    starts = [...starts.filter((at) => now - at < STARTS_WITHIN_MS), now];
    if (starts.length > MOST_STARTS) throw new NoConnection('kubectl proxy ended again and again');
    const proxy = await options.start();
    const line = { proxy, agent: new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS }), atWork: 0, retired: false };
    void proxy.ended.then(() => retire(line));
    if (isEnded) close(line);
    else current = line;
    return line;
  }

  async function line(): Promise<Line> {
    if (current !== undefined) return current;
    beginning ??= begin().finally(() => {
      beginning = undefined;
    });
    return beginning;
  }

  function retire(line: Line): void {
    line.retired = true;
    if (current === line) current = undefined;
    if (line.atWork === 0) close(line);
  }

  function close({ agent, proxy }: Line): void {
    agent.destroy();
    proxy.stop();
  }

  /** Does something that needs an answer of the line in time. */
  async function timely<T>(line: Line, path: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = new AbortController();
    let isOver = false;
    const overdue = setTimeout(() => over.abort('overdue'), deadline);
    const doubt = setTimeout(async () => {
      if ((await lives(line)) || isOver) return;
      over.abort('hung');
      retire(line);
      close(line);
    }, patience);
    line.atWork += 1;
    try {
      return await ask(over.signal);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (over.signal.reason === 'hung') throw new RequestFailure('unknown', 'kubectl proxy hung and was ended');
      if (over.signal.reason === 'overdue') throw overdueFailure(path);
      if (!error.sent) throw error;
      throw new RequestFailure('unknown', `the connection to the API server was lost: ${error.message}`);
    } finally {
      isOver = true;
      clearTimeout(overdue);
      clearTimeout(doubt);
      line.atWork -= 1;
      if (line.retired && line.atWork === 0) close(line);
    }
  }

  function overdueFailure(path: string): RequestFailure {
    const message = `the API server did not answer within ${formatSpan(deadline)}`;
    const cause = new RelctlError('tool.timeout', message, {
      why: 'Whether it carried out what it was asked is not known.',
      hints: [`try it by hand: ${options.byHand(path)}`],
    });
    return new RequestFailure('unknown', message, { cause });
  }

  /** Asks through a living kubectl; one that cannot be reached is replaced. */
  async function over<T>(path: string, ask: (line: Line, signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const used = await line();
      try {
        return await timely(used, path, (signal) => ask(used, signal));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        retire(used);
        if (tries === TRIES_UNSENT) throw new RequestFailure('unsent', `kubectl proxy: ${error.message}`);
      }
    }
  }

  return {
    send: (request) =>
      over(request.path, ({ proxy, agent }, signal) => send(request, { socketPath: proxy.socket, agent, signal })),
    open: (request, signal) =>
      over(request.path, ({ proxy }, timely) => openStream(proxy.socket, request, timely, signal)),
    renew() {
      if (current !== undefined) retire(current);
    },
    end() {
      isEnded = true;
      if (current !== undefined) close(current);
      current = undefined;
    },
  };
}

/** Whether kubectl itself answers: it refuses a host that it does not serve without asking the API server. */
async function lives({ proxy }: Line): Promise<boolean> {
  const signal = AbortSignal.timeout(PROOF_MS);
  try {
    await send(
      { method: 'GET', path: '/' },
      { socketPath: proxy.socket, agent: false, signal, host: 'nobody.invalid' },
    );
    return true;
  } catch {
    return false;
  }
}

/** An answer whose head has to come in time, and which then goes on until `signal` ends it. */
async function openStream(
  socketPath: string,
  request: ApiRequest,
  timely: AbortSignal,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const stream = new AbortController();
  const end = () => stream.abort();
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  timely.addEventListener('abort', end, { once: true });
  try {
    const response = await open(request, { socketPath, agent: false, signal: stream.signal });
    response.once('close', () => signal.removeEventListener('abort', end));
    // Whoever waits for it has a timer of its own; a watch that nobody waits for any more does not keep relctl from ending.
    response.socket.unref();
    return response;
  } catch (error) {
    signal.removeEventListener('abort', end);
    if (signal.aborted) throw new RequestFailure('unsent', 'the answer is not wanted any more');
    throw error;
  } finally {
    timely.removeEventListener('abort', end);
  }
}
