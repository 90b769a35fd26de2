import type { Interruption } from '../../ports/interruption.ts';

/** Ctrl-C and SIGTERM become a signal that use cases look at; the second Ctrl-C within a wait ends nothing more than the first did. */
export function createInterruption(): Interruption {
  let controller = new AbortController();
  const interrupt = () => controller.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    get signal() {
      return controller.signal;
    },
    clear() {
      controller = new AbortController();
    },
    takeKeys: () => takeKeys(process.stdin, interrupt),
  };
}

/** What a terminal in raw mode sends for Ctrl-C: no signal then comes of it. */
const CTRL_C = '\u0003';

/** Reads keys one by one, so that q needs no Return; the terminal is what it was once that has ended. */
function takeKeys(
  stdin: Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>,
  interrupt: () => void,
): () => void {
  if (stdin.isTTY !== true) return () => undefined;
  const onData = (data: Buffer | string): void => {
    const keys = data.toString();
    if (keys.includes('q') || keys.includes('Q') || keys.includes(CTRL_C)) interrupt();
  };
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.resume();
  return () => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
