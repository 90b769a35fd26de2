import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError, containerEnvironment, expand } from './container-environment.ts';
import { findImage } from './images.ts';
import type { KubeApi } from './kube-api.ts';
import { type Container, type ContainerState, kubeTime, type Pod, type Termination } from './pod.ts';
import type { ContainerReport } from './pod-status.ts';
import { mountVolumes } from './pod-volumes.ts';
import { preStop } from './pre-stop.ts';
import { type Running, startProgram } from './process.ts';

const APP = fileURLToPath(new URL('./app.js', import.meta.url));
const PROBE_MS = 200;
/** Longest pause before another attempt, in steps of the back-off; a kubelet's is 30 times its first one too. */
const BACK_OFF_CAP = 30;

/** What a container needs to run. */
export interface ContainerSurroundings {
  readonly api: KubeApi;
  readonly pod: Pod;
  readonly address: string;
  readonly folder: string;
  /** First pause before a restart, in milliseconds; it doubles. A kubelet's is 10 s, too long for a test. */
  readonly backOffMs: number;
  /** What an image runs that is no service of the test's, by its name; and what the containers of such images are told of the cluster. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  readonly clusterEnvironment: Readonly<Record<string, string>>;
  /** Something in the report changed. */
  changed(): void;
}

/** A container whose `command` (or the test's web service, where it has none) runs as a local process. */
export interface ContainerRun {
  report(): ContainerReport;
  /** The file with the log of the present run, or of the one before; `undefined` when there was none. */
  log(previous: boolean): string | undefined;
  /** Where it listens, once it does. */
  port(): number | undefined;
  stop(graceMs: number): Promise<void>;
  /** Kills what runs; its pod's restart policy says what follows. */
  crash(): void;
}

/** What a container is started with. */
interface Configured {
  readonly environment: Readonly<Record<string, string>>;
  readonly placed: (text: string) => string;
}

/** Starts a container and keeps it running as its pod's restart policy says. */
export function runContainer(container: Container, around: ContainerSurroundings): ContainerRun {
  const image = findImage(container.image);
  const policy = around.pod.spec.restartPolicy ?? 'Always';
  let state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  let last: Termination | undefined;
  let restarts = 0;
  let ready = false;
  let final = false;
  let running: Running | undefined;
  let port: number | undefined;
  let stopped = false;
  let wake: () => void = () => undefined;

  const become = (next: ContainerState) => {
    state = next;
    around.changed();
  };
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const logFile = (run: number) => join(around.folder, `${container.name}.${run}.log`);

  async function pull(): Promise<void> {
    const messages = [
      { reason: 'ErrImagePull', message: `rpc error: code = NotFound desc = ${container.image}: not found` },
      { reason: 'ImagePullBackOff', message: `Back-off pulling image "${container.image}"` },
    ];
    for (let attempt = 0; !stopped && !image.exists; attempt += 1) {
      const message = messages[attempt % 2];
      if (message) become({ waiting: message });
      await pause(around.backOffMs * 2);
    }
  }

  async function configure(): Promise<Configured> {
    for (;;) {
      try {
        const { placed } = await mountVolumes(around.api, around.pod, container, around.folder);
        const environment = await containerEnvironment(around.api, around.pod, container, around.address);
        const there = Object.entries(environment).map(([name, value]) => [name, placed(value)] as const);
        return { environment: Object.fromEntries(there), placed };
      } catch (error) {
        if (!(error instanceof ConfigurationError) || stopped) throw error;
        become({ waiting: { reason: 'CreateContainerConfigError', message: error.message } });
        await pause(around.backOffMs);
      }
    }
  }

  async function runOnce({ environment, placed }: Configured): Promise<Termination> {
    const startedAt = kubeTime();
    const ended = (exitCode: number, reason: string, message?: string): Termination => {
      const text = message === undefined ? {} : { message };
      return { exitCode, reason, ...text, startedAt, finishedAt: kubeTime() };
    };
    const own = around.programs[image.name];
    const [program, ...args] = [...(container.command ?? own ?? []), ...(container.args ?? [])].map((word) =>
      placed(expand(word, environment)),
    );
    const isApp = container.command === undefined && own === undefined;
    const surroundings = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOSTNAME: around.pod.metadata.name,
      HOME: around.folder,
      ...(own === undefined ? {} : around.clusterEnvironment),
    };
    try {
      running = await startProgram(isApp ? process.execPath : (program ?? ''), isApp ? [APP] : args, {
        log: logFile(restarts),
        cwd: around.folder,
        ipc: isApp,
        env: isApp ? { ...appEnvironment(), ...surroundings, ...environment } : { ...surroundings, ...environment },
      });
    } catch (error) {
      return ended(128, 'StartError', (error as Error).message);
    }
    if (stopped) await running.stop(0);
    if (isApp) {
      running.child.once('message', (message: { port?: number }) => {
        port = message.port;
        void probe(running);
      });
    } else {
      port = container.ports?.[0]?.containerPort;
      void probe(running);
    }
    become({ running: { startedAt } });
    const code = await running.exited;
    running = undefined;
    ready = false;
    port = undefined;
    // Killed by somebody else than its kubelet: that is the kernel, when memory is short.
    const isKilled = code === null && !stopped;
    return ended(code ?? 137, isKilled ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error');
  }

  function appEnvironment(): Record<string, string> {
    const wanted = container.ports?.[0]?.containerPort ?? 8080;
    return { ...image.behaviour, HOST: around.address, PORT: String(wanted), SEED: around.pod.metadata.name };
  }

  /** Asks for readiness while the process lasts; without a probe what runs (and listens, if it is the app) is ready. */
  async function probe(of: Running | undefined): Promise<void> {
    const http = container.readinessProbe?.httpGet;
    while (of !== undefined && running === of && !stopped) {
      const holds = http === undefined || (await answers(around.address, port, http.path ?? '/'));
      if (running !== of) return;
      if (holds !== ready) {
        ready = holds;
        around.changed();
      }
      if (http === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, ready ? PROBE_MS * 5 : PROBE_MS));
    }
  }

  async function live(): Promise<void> {
    await pull();
    const configured = await configure();
    for (let failures = 0; !stopped; failures += 1) {
      const end = await runOnce(configured);
      last = end;
      if (policy === 'Never' || (policy === 'OnFailure' && end.exitCode === 0) || stopped) {
        final = true;
        return become({ terminated: end });
      }
      become({ terminated: end });
      if (failures > 0) {
        const delay = around.backOffMs * Math.min(2 ** (failures - 1), BACK_OFF_CAP);
        const pod = `${around.pod.metadata.name}_${around.pod.metadata.namespace}(${around.pod.metadata.uid})`;
        const message = `back-off ${delay / 1000}s restarting failed container=${container.name} pod=${pod}`;
        become({ waiting: { reason: 'CrashLoopBackOff', message } });
        await pause(delay);
      }
      restarts += 1;
    }
  }

  const life = live().catch(() => undefined);
  return {
    report: () => ({ name: container.name, image: container.image, state, last, restarts, ready, final }),
    port: () => port,
    log(previous) {
      // While it waits to be restarted, the run that ended is both the present and the previous one, as with a kubelet.
      const run = previous && !('waiting' in state) ? restarts - 1 : restarts;
      const file = logFile(run);
      return run >= 0 && existsSync(file) ? file : undefined;
    },
    crash: () => running?.kill(),
    async stop(graceMs) {
      stopped = true;
      wake();
      if (running !== undefined) {
        const hook = { folder: around.folder, log: logFile(restarts) };
        const left = await preStop(container.lifecycle?.preStop, graceMs, hook);
        await running?.stop(left);
      }
      await life;
    },
  };
}

async function answers(host: string, port: number | undefined, path: string): Promise<boolean> {
  if (port === undefined) return false;
  try {
    const response = await fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
