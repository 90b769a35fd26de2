import type { CanaryLook, Progress, StepProgress } from '../../domain/outcome/progress.ts';
import { canaryPanel } from '../../renderers/canary-panel.ts';
import { progressText } from '../../renderers/progress-text.ts';
import { mark, markWidth, type Style } from '../../renderers/style.ts';
import { displayWidth, wrap } from '../../renderers/width.ts';
import { cleanLine } from '../../text/clean.ts';

/** How many notes of a step stay in sight. */
const NOTES = 6;

/** What is known of the step that is at work: a fold over its events, and the text below its title. */
export interface LiveStep {
  /** Identity of the step; `undefined` for a canary that is looked at outside any step. */
  readonly step: string | undefined;
  readonly title: string;
  /** Takes an event that is not about the step itself. */
  take(progress: Progress): void;
  /** Steps that were at work at the same time, in the order in which they began. */
  beside(): readonly StepProgress[];
  /** The text below the title while it is at work: the steps beside it, what is waited for, the canary, notes. */
  body(): string;
  /** The text that stays below the title once it has ended, and nothing that was only for the time being. */
  rest(end: StepProgress | undefined): string;
}

/** A step at work, drawn with `style`. */
export function liveStep(step: string | undefined, title: string, style: Style): LiveStep {
  const beside = new Map<string, StepProgress>();
  const waiting = new Map<string, string>();
  const looks: CanaryLook[] = [];
  const notes: string[] = [];

  function take(progress: Progress): void {
    switch (progress.type) {
      case 'step':
        beside.set(progress.step, progress);
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

  function body(): string {
    const steps = [...beside.values()].map((progress) => stepLine(progress, style));
    const waits = [...waiting].map(([subject, detail]) =>
      style.paint.dim(`${cleanLine(subject)}: ${cleanLine(detail)}`),
    );
    return [...steps, ...waits, ...canaryPanel(looks, style), ...notes].join('\n');
  }

  function rest(end: StepProgress | undefined): string {
    // How a bake ended is said in the title's own words.
    const said = end?.detail !== undefined;
    return [...canaryPanel(looks, style, { verdict: !said }), ...notes].join('\n');
  }

  return { step, title: cleanLine(title), take, beside: () => [...beside.values()], body, rest };
}

/** A step with its mark; what does not fit beside the title stands below it. */
export function stepLine(progress: StepProgress, style: Style): string {
  const { state } = progress;
  const sign = state === 'failed' ? 'failed' : state === 'started' ? 'pending' : 'ok';
  const lead = markWidth(style) + 1;
  return titleLines(progress, style, style.columns - lead)
    .map((line, index) => (index === 0 ? `${mark(sign, style)} ` : ' '.repeat(lead)) + line)
    .join('\n');
}

/** The title of a step and how it ended, in lines of at most `width` columns. */
export function titleLines({ title, state, detail }: StepProgress, style: Style, width: number): readonly string[] {
  const shown = cleanLine(title);
  const end = [state === 'already-done' ? 'already done' : '', cleanLine(detail ?? '')].filter(Boolean).join(', ');
  if (end === '') return wrap(shown, width);
  if (displayWidth(shown) + 2 + displayWidth(end) <= width) return [`${shown}${style.paint.dim(`  ${end}`)}`];
  return [...wrap(shown, width), ...wrap(end, width).map(style.paint.dim)];
}

/** A note or a notification as text with its mark, wrapped below it. */
export function noteLine(progress: Extract<Progress, { type: 'note' | 'notified' }>, style: Style): string {
  const failed = progress.type === 'notified' && !progress.ok;
  const warning = progress.type === 'note' && progress.level === 'warning';
  const sign = failed || warning ? `${mark('warning', style)} ` : '';
  const lead = sign === '' ? 2 : markWidth(style) + 1;
  return wrap(progressText(progress).replace(/^(note|warning): /, ''), style.columns - lead)
    .map((line, index) => (index === 0 ? sign : ' '.repeat(lead)) + (sign === '' ? style.paint.dim(line) : line))
    .join('\n');
}
