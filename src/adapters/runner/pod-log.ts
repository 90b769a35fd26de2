import { setTimeout as delay } from 'node:timers/promises';
import { hasBegun, isOver, newestPod } from '../../domain/runner/job-state.ts';
import { CONTAINER } from '../../domain/runner/names.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { PodLogs } from '../kubectl/cluster.ts';

/** The log of the pod of a Job that works now, and of the one that takes its place. */
export interface PodLog {
  /** Says which pods there are. */
  attend(pods: readonly KubeObject[]): void;
  /** Settles once all that was printed is told, or is not to be had. */
  end(): Promise<void>;
}

/** How long the end of a log is waited for once its container has ended. */
const TAIL_MS = 2000;
/** Before a log that broke off is read again. */
const AGAIN_MS = 1000;

/** One pod whose log is read. */
interface Reading {
  readonly pod: string;
  readonly over: AbortController;
  isOver: boolean;
  done: Promise<void>;
}

/** @param tell is given each line once, pod after pod */
export function createPodLog(cluster: PodLogs, signal: AbortSignal, tell: (line: string) => void): PodLog {
  let reading: Reading | undefined;

  /** A stream that breaks is read again from its beginning, without what was told before. */
  async function read(one: Reading, before: Promise<void>): Promise<void> {
    await before;
    const until = AbortSignal.any([signal, one.over.signal]);
    let told = 0;
    for (;;) {
      let seen = 0;
      try {
        for await (const line of cluster.followLog(one.pod, CONTAINER, until)) {
          seen += 1;
          if (seen <= told) continue;
          told = seen;
          tell(line);
        }
      } catch (error) {
        // A pod that is gone, a node that does not answer: the Job says what becomes of the run.
        if (!(error instanceof RelctlError)) throw error;
      }
      if (one.isOver || until.aborted) return;
      await delay(AGAIN_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  return {
    attend(pods) {
      const newest = newestPod(pods);
      if (reading !== undefined && reading.pod !== newest?.metadata.name) finish(reading);
      if (newest === undefined || !hasBegun(newest)) return;
      if (reading?.pod !== newest.metadata.name) {
        const before = reading?.done ?? Promise.resolve();
        reading = { pod: newest.metadata.name, over: new AbortController(), isOver: false, done: before };
        reading.done = read(reading, before);
      }
      if (isOver(newest)) finish(reading);
    },
    async end() {
      if (reading === undefined) return;
      finish(reading);
      await reading.done;
    },
  };
}

/** Its container has ended, or it is gone: what is left of its log comes at once. */
function finish(one: Reading): void {
  if (one.isOver) return;
  one.isOver = true;
  setTimeout(() => one.over.abort(), TAIL_MS);
}
