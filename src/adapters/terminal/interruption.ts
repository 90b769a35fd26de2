import type { Interruption } from '../../ports/interruption.ts';

/** How long a run may take to stand still after SIGTERM. What is cut off then is what a killed run leaves, and is taken up as that. */
const GRACE_MS = 700;
/** 128 and the number of SIGTERM, as shells have it. */
const TERMINATED = 143;

/** A process has one of each signal, however many contexts it opens: each is listened to once, and told to all who look. */
const watchers = new Set<() => void>();
let wakes = 0;
let areWakesCounted = false;

function countWakes(): void {
  if (areWakesCounted) return;
  areWakesCounted = true;
  process.on('SIGCONT', () => {
    wakes += 1;
  });
}

function watch(interrupt: () => void): void {
  if (watchers.size === 0) {
    const interruptAll = () => {
      for (const one of watchers) one();
    };
    process.on('SIGINT', interruptAll);
    process.on('SIGTERM', () => {
      interruptAll();
      setTimeout(() => process.exit(TERMINATED), GRACE_MS).unref();
    });
  }
  watchers.add(interrupt);
}

/**
 * Ctrl-C and SIGTERM become a signal that use cases look at; the second Ctrl-C within a wait ends nothing more than the first did. Until
 * somebody looks, they end relctl as they end every program, also while it computes. Each time that the process goes on after it was
 * stopped is counted: others may have taken its lock meanwhile.
 */
export function createInterruption(): Interruption {
  let controller = new AbortController();
  const interrupt = () => controller.abort();
  countWakes();
  const before = wakes;
  return {
    wakes: () => wakes - before,
    get signal() {
      watch(interrupt);
      return controller.signal;
    },
    clear() {
      controller = new AbortController();
    },
    takeKeys: () => takeKeys(process.stdin, interrupt, process),
  };
}

/** What a terminal in raw mode sends for Ctrl-C and Ctrl-Z: no signal then comes of it. */
const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';

/** What of the process is needed to stop it, as Ctrl-Z does, and to see it go on. */
type Suspendable = Pick<NodeJS.Process, 'pid' | 'kill' | 'once'>;

/** Reads keys one by one, so that q needs no Return; the terminal is what it was once that has ended, and while it is suspended. */
export function takeKeys(
  stdin: Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>,
  interrupt: () => void,
  self: Suspendable,
): () => void {
  if (stdin.isTTY !== true) return () => undefined;
  let taken = true;
  const suspend = (): void => {
    stdin.setRawMode(false);
    self.once('SIGCONT', () => {
      if (taken) stdin.setRawMode(true);
    });
    self.kill(self.pid, 'SIGTSTP');
  };
  const onData = (data: Buffer | string): void => {
    const keys = data.toString();
    if (keys.includes('q') || keys.includes('Q') || keys.includes(CTRL_C)) interrupt();
    if (keys.includes(CTRL_Z)) suspend();
  };
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.resume();
  return () => {
    taken = false;
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
