import type { CanaryLook, Progress, StepProgress } from '../../domain/progress.ts';
import { canaryPanel } from '../../renderers/canary-panel.ts';
import { cleanLine } from '../../renderers/clean.ts';
import { progressText } from '../../renderers/progress-text.ts';
import { mark, type Style } from '../../renderers/style.ts';
import { wrap } from '../../renderers/width.ts';

/** How many notes of a step stay in sight. */
const NOTES = 6;

/** What is known of the step that is at work: a fold over its events, and the text below its title. */
export interface LiveStep {
  /** Identity of the step; `undefined` for a canary that is looked at outside any step. */
  readonly step: string | undefined;
  readonly title: string;
  /** Takes an event that is not about the step itself. */
  take(progress: Progress): void;
  /** The text below the title; once `ended`, what was waited for is left out. */
  body(ended: boolean): string;
}

/** A step at work, drawn with `style`. */
export function liveStep(step: string | undefined, title: string, style: Style): LiveStep {
  const inner = new Map<string, StepProgress>();
  const waiting = new Map<string, string>();
  const looks: CanaryLook[] = [];
  const notes: string[] = [];

  function take(progress: Progress): void {
    switch (progress.type) {
      case 'step':
        inner.set(progress.step, progress);
        // What was waited for belonged to the step that has just ended.
        waiting.clear();
        break;
      case 'waiting':
        waiting.set(progress.subject, progress.detail);
        break;
      case 'canary.look':
        // A new bake starts over.
        if ((looks.at(-1)?.elapsedSeconds ?? 0) > progress.elapsedSeconds) looks.length = 0;
        looks.push(progress);
        break;
      case 'note':
      case 'notified':
        notes.push(noteLine(progress, style));
        if (notes.length > NOTES) notes.shift();
        break;
      case 'recorded':
        // Drawn nowhere: what is recorded is seen in `relctl status`.
        break;
    }
  }

  function body(ended: boolean): string {
    const steps = [...inner.values()].map((progress) => stepLine(progress, style));
    const waits = ended
      ? []
      : [...waiting].map(([subject, detail]) => style.paint.dim(`${cleanLine(subject)}: ${cleanLine(detail)}`));
    return [...steps, ...waits, ...canaryPanel(looks, style), ...notes].join('\n');
  }

  return { step, title: cleanLine(title), take, body };
}

/** A step as one line with its mark. */
export function stepLine({ state, title, detail }: StepProgress, style: Style): string {
  const sign = state === 'failed' ? 'failed' : state === 'started' ? 'pending' : 'ok';
  return `${mark(sign, style)} ${cleanLine(title)}${endText(state, detail, style)}`;
}

/** What stands after the title of a step that has ended. */
export function endText(state: StepProgress['state'], detail: string | undefined, style: Style): string {
  const text = [state === 'already-done' ? 'already done' : '', cleanLine(detail ?? '')].filter(Boolean).join(', ');
  return text === '' ? '' : style.paint.dim(`  ${text}`);
}

/** A note or a notification as text with its mark, wrapped below it. */
export function noteLine(progress: Extract<Progress, { type: 'note' | 'notified' }>, style: Style): string {
  const failed = progress.type === 'notified' && !progress.ok;
  const warning = progress.type === 'note' && progress.level === 'warning';
  const sign = failed || warning ? `${mark('warning', style)} ` : '';
  return wrap(progressText(progress).replace(/^(note|warning): /, ''), style.columns - 6)
    .map(
      (line, index) =>
        (index === 0 ? sign : ' '.repeat(sign === '' ? 0 : 2)) + (sign === '' ? style.paint.dim(line) : line),
    )
    .join('\n');
}
