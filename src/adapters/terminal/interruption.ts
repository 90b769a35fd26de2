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
  };
}
