import type { CanaryLook, Progress } from '../../domain/outcome/progress.ts';
import { progressLine } from '../../renderers/ndjson.ts';
import { progressText } from '../../renderers/progress-text.ts';
import type { Style } from '../../renderers/style.ts';
import { createLiveView } from './live-view.ts';
import type { ProgressView } from './view.ts';

/** Where progress is shown. */
export interface OutputStream {
  write(text: string): unknown;
}

/** How progress is shown. */
export type ProgressMode =
  /** Redrawn in place; the stream must be a terminal. */
  | 'live'
  /** A line for each event, for logs. */
  | 'plain'
  /** A JSON object for each event. */
  | 'ndjson'
  | 'silent';

/** A view of the progress on a stream. */
export function createProgressView(
  stream: OutputStream,
  options: { readonly mode: ProgressMode; readonly style: Style },
): ProgressView {
  switch (options.mode) {
    case 'live':
      return createLiveView(stream as NodeJS.WriteStream, options.style);
    case 'plain':
      return plainView(stream);
    case 'ndjson':
      return unbuffered((progress) => stream.write(progressLine(progress)));
    case 'silent':
      return unbuffered(() => undefined);
  }
}

function plainView(stream: OutputStream): ProgressView {
  let lastLook: CanaryLook | undefined;
  const waiting = new Map<string, string>();
  return unbuffered((progress) => {
    // What is recorded stands in the plan; a log is for what happens.
    if (progress.type === 'recorded') return;
    if (progress.type === 'canary.look') {
      const worth = lastLook === undefined || isNews(lastLook, progress);
      if (!worth) return;
      lastLook = progress;
    }
    if (progress.type === 'waiting') {
      if (waiting.get(progress.subject) === progress.detail) return;
      waiting.set(progress.subject, progress.detail);
    }
    stream.write(`${progressText(progress)}\n`);
  });
}

/** Whether a look belongs into a log: another verdict, another state of an SLO, or a tenth of the bake has passed. */
function isNews(before: CanaryLook, now: CanaryLook): boolean {
  const tenth = (look: CanaryLook): number => Math.floor((10 * look.elapsedSeconds) / Math.max(1, look.bakeSeconds));
  const states = (look: CanaryLook): string =>
    look.slos.map((slo) => `${slo.name} ${slo.state} ${slo.noData === undefined}`).join('\n');
  return (
    now.verdict !== before.verdict ||
    now.elapsedSeconds < before.elapsedSeconds ||
    tenth(now) > tenth(before) ||
    states(now) !== states(before)
  );
}

function unbuffered(emit: (progress: Progress) => void): ProgressView {
  return { emit, settle: () => Promise.resolve() };
}
