import type { ListrDefaultRendererLogLevels, ListrTaskWrapper } from 'listr2';
import type { Progress, StepProgress } from '../../domain/outcome/progress.ts';
import type { Style, Tone } from '../../renderers/style.ts';
import { type LiveStep, liveStep, noteLine, stepLine, titleLines } from './live-step.ts';
import type { ProgressView } from './view.ts';

/** Columns that listr2 keeps to itself: its indentation, the icon's place, and a margin. */
const MARGIN = 6;
/** Columns by which listr2 indents the text below a title. */
const INDENT = 4;
const SHOW_CURSOR = '\u001b[?25h';

/** A step on the screen: a listr2 list of one task, which lasts until its end is known. */
interface OpenStep extends LiveStep {
  refresh(): void;
  end(progress: StepProgress | undefined): void;
}

/**
 * Draws steps in place with listr2. Its lists know their tasks beforehand and ours turn up one by one, so a step
 * is a list of one task; what goes on meanwhile (steps at work at the same time, waiting, the canary, notes) is the text below
 * its title. Once it has ended, each step beside it stands on its own. Lists and lines are drawn one after the other, so that
 * nothing is ever drawn over.
 */
export function createLiveView(stream: NodeJS.WriteStream, style: Style): ProgressView {
  let turn: Promise<void> = Promise.resolve();
  let open: OpenStep | undefined;

  /** What is drawn waits for what was drawn before it. A terminal that is gone must not stop the release. */
  const inTurn = (work: () => Promise<void> | void): void => {
    turn = turn.then(work).catch(() => undefined);
  };
  const line = (text: string): void => inTurn(() => void stream.write(`${text}\n`));
  const close = (progress?: StepProgress): void => {
    const ended = open;
    if (ended === undefined) return;
    open = undefined;
    ended.end(progress);
    const atWork = (one: StepProgress) => one.state === 'started' && progress !== undefined;
    for (const one of ended.beside()) if (!atWork(one)) line(stepLine(one, style));
    const [next, ...others] = ended.beside().filter(atWork);
    if (next === undefined) return;
    const begun = begin(next.step, next.title);
    for (const one of others) begun.take(one);
  };
  const begin = (step: string | undefined, title: string): OpenStep => {
    const started = openStep(liveStep(step, title, inside(style, stream)), stream, style);
    inTurn(started.run);
    open = started;
    return started;
  };

  function emitStep(progress: StepProgress): void {
    if (progress.state === 'started') {
      // A canary that was looked at outside any step ends when the next step begins.
      if (open?.step === undefined) close();
      if (open === undefined) begin(progress.step, progress.title);
      else during(open, progress);
    } else if (open?.step === progress.step) close(progress);
    else if (open === undefined) line(stepLine(progress, style));
    else during(open, progress);
  }

  function emit(progress: Progress): void {
    if (progress.type === 'step') emitStep(progress);
    else if (progress.type === 'canary.look') during(open ?? begin(undefined, 'Canary'), progress);
    else if (open !== undefined) during(open, progress);
    else if (progress.type === 'note' || progress.type === 'notified') line(noteLine(progress, style));
  }

  async function settle(): Promise<void> {
    close();
    await turn;
  }

  return { emit, settle };
}

function during(step: OpenStep, progress: Progress): void {
  step.take(progress);
  step.refresh();
}

/** The style within a list, at the width that the terminal has when it is asked for: people make it wider and narrower. */
function inside(style: Style, stream: NodeJS.WriteStream): Style {
  return {
    ...style,
    get columns() {
      // listr2 wraps at the width of stdout, whatever it draws on.
      return Math.min(stream.columns ?? style.columns, process.stdout.columns ?? 80) - MARGIN;
    },
  };
}

type Task = ListrTaskWrapper<unknown, never, never>;

function openStep(step: LiveStep, stream: NodeJS.WriteStream, style: Style): OpenStep & { run(): Promise<void> } {
  let task: Pick<Task, 'output' | 'title' | 'skip'> | undefined;
  let ended: { readonly progress: StepProgress | undefined } | undefined;
  let release: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    release = resolve;
  });
  const show = (): void => {
    if (task === undefined) return;
    // Also when nothing is left to show: what was waited for must not stay.
    if (ended === undefined) task.output = step.body();
    else task.output = ended.progress === undefined ? '' : step.rest(ended.progress);
  };

  async function run(): Promise<void> {
    const { Listr } = await import('listr2');
    const restore = (): void => void stream.write(SHOW_CURSOR);
    process.once('exit', restore);
    const work = async (_: unknown, wrapper: NonNullable<typeof task>): Promise<void> => {
      task = wrapper;
      show();
      await end;
      finish(wrapper);
    };
    const list = new Listr([{ title: step.title, task: work, rendererOptions: { persistentOutput: true } }], {
      exitOnError: false,
      // Interrupts are the program's to decide: listr2 would end the process.
      registerSignalListeners: false,
      renderer: await stepRenderer(),
      rendererOptions: await rendererOptions(stream, style),
    });
    await list.run();
    process.removeListener('exit', restore);
    // listr2 would put the mark of a step that is left open before its text too.
    const left = ended?.progress === undefined ? step.rest(undefined) : '';
    if (left !== '') stream.write(`${left.replace(/^/gm, ' '.repeat(INDENT))}\n`);
  }

  function finish(wrapper: NonNullable<typeof task>): void {
    show();
    const progress = ended?.progress;
    if (progress === undefined) {
      wrapper.skip(step.title);
      return;
    }
    wrapper.title = titleLines(progress, style, inside(style, stream).columns).join('\n');
    if (progress.state === 'failed') throw new Error(progress.title);
  }

  return {
    ...step,
    run,
    refresh: show,
    end: (progress) => {
      ended = { progress };
      release();
    },
  };
}

/** listr2's renderer, also when it is stdout that is not a terminal: what counts is the stream that is drawn on. */
async function stepRenderer() {
  const { DefaultRenderer } = await import('listr2');
  return class StepRenderer extends DefaultRenderer {
    static override nonTTY = true;
  };
}

async function rendererOptions(stream: NodeJS.WriteStream, style: Style) {
  const { ListrLogger, ProcessOutput, Spinner } = await import('listr2');
  class StepSpinner extends Spinner {
    protected override spinner = style.unicode ? [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'] : ['-   ', '\\   ', '|   ', '/   '];
  }
  const { icon, color } = marks(style);
  return {
    icon,
    color,
    spinner: new StepSpinner(),
    logger: new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(stream, stream) }),
    collapseErrors: false,
    showErrorMessage: false,
    showSkipMessage: false,
  };
}

/** relctl's marks in the places of listr2's icons; the text below a title has none. */
function marks(style: Style) {
  const levels: Readonly<
    Record<`${ListrDefaultRendererLogLevels}`, readonly [sign: string, word: string, tone: Tone]>
  > = {
    PENDING: ['…', 'wait', 'accent'],
    WAITING: ['…', 'wait', 'dim'],
    PAUSED: ['…', 'wait', 'dim'],
    COMPLETED: ['✓', 'ok  ', 'good'],
    COMPLETED_WITH_FAILED_SUBTASKS: ['!', 'WARN', 'warn'],
    COMPLETED_WITH_SISTER_TASKS_FAILED: ['…', 'wait', 'dim'],
    FAILED: ['✗', 'FAIL', 'bad'],
    FAILED_WITH_SUBTASKS: ['✗', 'FAIL', 'bad'],
    SKIPPED_WITH_COLLAPSE: ['…', 'wait', 'dim'],
    SKIPPED_WITHOUT_COLLAPSE: ['…', 'wait', 'dim'],
    RETRY: ['!', 'WARN', 'warn'],
    ROLLING_BACK: ['!', 'WARN', 'warn'],
    ROLLED_BACK: ['!', 'WARN', 'warn'],
    OUTPUT: [' ', ' ', 'dim'],
    OUTPUT_WITH_BOTTOMBAR: [' ', ' ', 'dim'],
  };
  const entries = Object.entries(levels);
  return {
    icon: Object.fromEntries(entries.map(([level, [sign, word]]) => [level, style.unicode ? sign : word])),
    color: Object.fromEntries(entries.map(([level, [, , tone]]) => [level, style.paint[tone]])),
  };
}
