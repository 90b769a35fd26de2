import { Chalk } from 'chalk';
import { describe, expect, it, vi } from 'vitest';
import { createProgressView, type ProgressMode } from '../../../../src/adapters/terminal/progress-view.ts';
import type { CanaryLook, Progress, StepProgress } from '../../../../src/domain/outcome/progress.ts';
import { createStyle } from '../../../../src/renderers/style.ts';
import { Screen } from '../../../support/screen.ts';

const style = createStyle({ columns: 80, unicode: true, chalk: new Chalk({ level: 2 }) });
const step = (name: string, state: StepProgress['state'], detail?: string): Progress => ({
  type: 'step',
  step: name,
  title: `Step ${name}`,
  state,
  ...(detail === undefined ? {} : { detail }),
});
const look = (elapsedSeconds: number, change: Partial<CanaryLook> = {}): Progress => ({
  type: 'canary.look',
  elapsedSeconds,
  bakeSeconds: 900,
  share: 0.01,
  verdict: 'continue',
  reason: 'not enough requests yet',
  slos: [
    {
      name: 'web errors',
      canary: { bad: 1, total: 100 + elapsedSeconds },
      control: { bad: 100, total: 10_000 },
      evidence: 1,
      limit: 4.6,
      state: 'open',
    },
  ],
  ...change,
});

function collect(mode: ProgressMode, events: readonly Progress[]): string {
  let text = '';
  const view = createProgressView({ write: (part) => (text += part) }, { mode, style });
  for (const event of events) view.emit(event);
  return text;
}

describe('the live view', () => {
  const play = async (events: readonly Progress[]) => {
    const screen = new Screen();
    const view = createProgressView(screen as unknown as NodeJS.WriteStream, { mode: 'live', style });
    for (const event of events) view.emit(event);
    await view.settle();
    return { screen, view };
  };

  it('draws steps, what belongs to them, and lines between them in the order in which they came', async () => {
    const { screen } = await play([
      { type: 'note', level: 'info', text: 'before' },
      step('one', 'started'),
      step('one', 'completed', 'fence 14'),
      { type: 'notified', topic: 'deploy.starting', channel: 'mail', ok: false, text: 'refused' },
      step('two', 'started'),
      step('beside', 'started'),
      step('beside', 'already-done'),
      { type: 'note', level: 'warning', text: 'mind the gap' },
      step('two', 'failed', 'no luck'),
      { type: 'note', level: 'info', text: 'after' },
    ]);
    expect(screen.text()).toBe(
      [
        'before',
        '✓ Step one  fence 14',
        '! NOT notified mail of deploy.starting: refused',
        '✗ Step two  no luck',
        '    ! mind the gap',
        '✓ Step beside  already done',
        'after',
      ].join('\n'),
    );
  });

  it('draws at the width that the terminal has by then', async () => {
    const screen = new Screen();
    const view = createProgressView(screen as unknown as NodeJS.WriteStream, { mode: 'live', style });
    view.emit(step('one', 'started'));
    Object.assign(screen, { columns: 40 });
    view.emit({
      type: 'note',
      level: 'warning',
      text: 'the latency of the canary could not be read for half a minute',
    });
    view.emit(step('one', 'completed'));
    await view.settle();
    expect(screen.text()).toContain('the latency of the canary');
    expect(
      Math.max(
        ...screen
          .text()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(40);
  });

  it('gives the terminal back: cursor shown, the stream written to directly, and later steps below', async () => {
    const { screen, view } = await play([step('one', 'started')]);
    expect(screen.cursorVisible).toBe(true);
    const writes = screen.writes;
    screen.write('? Approve? yes\n');
    expect(screen.writes).toBe(writes + 1);
    view.emit(step('one', 'completed'));
    view.emit(step('two', 'started'));
    view.emit(step('two', 'completed'));
    await view.settle();
    expect(screen.text()).toBe('… Step one\n? Approve? yes\n✓ Step one\n✓ Step two');
  });

  it('shows the canary inside its step and keeps its last state', async () => {
    const { screen } = await play([
      step('canary', 'started'),
      look(0),
      look(450),
      look(900, { verdict: 'pass', reason: 'all is well' }),
      step('canary', 'completed'),
    ]);
    const text = screen.text();
    expect(text).toContain('✓ Step canary');
    expect(text).toContain('15 min of 15 min, watched to the end  share 1% measured');
    expect(text).toContain('verdict so far: pass, all is well');
    expect(text.match(/web errors/g)).toHaveLength(1);
  });

  it('shows a canary that is looked at outside any step, and ends it when the next step begins', async () => {
    const { screen } = await play([look(15), step('next', 'started'), step('next', 'completed')]);
    expect(screen.text()).toMatch(/^… Canary\n {4}█?[░█]* .*\n[\s\S]*verdict so far: continue[\s\S]*\n✓ Step next$/);
  });

  it('leaves out what was waited for once it is over', async () => {
    const { screen } = await play([
      step('one', 'started'),
      { type: 'waiting', subject: 'rollout', detail: '1 of 4 ready' },
      step('one', 'completed'),
    ]);
    expect(screen.text()).toBe('✓ Step one');
  });

  it('leaves out what was waited for although it was on the screen', async () => {
    const screen = new Screen();
    const view = createProgressView(screen as unknown as NodeJS.WriteStream, { mode: 'live', style });
    view.emit(step('one', 'started'));
    view.emit({ type: 'waiting', subject: 'Job/migrate', detail: 'running' });
    await vi.waitFor(() => expect(screen.text()).toContain('Job/migrate: running'));
    view.emit(step('one', 'completed', 'it ran once'));
    await view.settle();
    expect(screen.text()).toBe('✓ Step one  it ran once');
  });

  it('lets each of the steps that are at work at the same time end once, in its own line', async () => {
    const { screen } = await play([
      step('api', 'started'),
      step('web', 'started'),
      step('search', 'started'),
      step('search', 'completed', '2 pods'),
      step('api', 'completed', '4 pods'),
      { type: 'waiting', subject: 'web', detail: '1 of 4 ready' },
      step('web', 'completed', '4 pods'),
      step('next', 'started'),
      step('next', 'completed'),
    ]);
    expect(screen.text()).toBe(
      ['✓ Step api  4 pods', '✓ Step search  2 pods', '✓ Step web  4 pods', '✓ Step next'].join('\n'),
    );
  });

  it('says below the title how a step ended where there is no room beside it, and says it once', async () => {
    const reason = 'every SLO had data, met its objective and would have shown a regression of ×5';
    const { screen } = await play([
      step('bake', 'started'),
      look(900, { verdict: 'pass', reason }),
      step('bake', 'completed', reason),
      step('failed', 'failed', reason),
    ]);
    const lines = screen.text().split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '✓ Step bake',
      '  every SLO had data, met its objective and would have shown a regression of',
      '  ×5',
    ]);
    expect(lines.slice(-2)).toEqual(['✗ Step failed', `  ${reason}`]);
    expect(screen.text()).toContain('web errors');
    expect(screen.text()).not.toContain('verdict so far');
  });

  it('survives a stream that is gone', async () => {
    const gone = {
      isTTY: true,
      columns: 80,
      write: () => {
        throw new Error('EPIPE');
      },
    };
    const view = createProgressView(gone, { mode: 'live', style });
    view.emit({ type: 'note', level: 'info', text: 'x' });
    await expect(view.settle()).resolves.toBeUndefined();
  });
});

describe('plain lines', () => {
  it('are one for each thing that happens, without colour and time stamps; what is recorded stands in the plan', () => {
    const text = collect('plain', [
      step('one', 'started'),
      step('one', 'completed', 'fence 14'),
      { type: 'recorded', seq: 3, event: 'deploy.started' },
      { type: 'note', level: 'warning', text: 'two\nlines' },
    ]);
    expect(text).toBe('started: Step one\ndone: Step one: fence 14\nwarning: two lines\n');
  });

  it('repeat a wait only when there is news of it', () => {
    const wait = (detail: string): Progress => ({ type: 'waiting', subject: 'web', detail });
    const text = collect('plain', [wait('1 of 4'), wait('1 of 4'), wait('2 of 4'), wait('2 of 4')]);
    expect(text).toBe('waiting for web: 1 of 4\nwaiting for web: 2 of 4\n');
  });

  it('thin out the looks at a canary to a tenth of the bake, but never a new verdict or lost data', () => {
    const quiet = Array.from({ length: 61 }, (_, index) => look(index * 15));
    expect(collect('plain', quiet).trim().split('\n')).toHaveLength(11);

    const withoutData = look(30, {
      slos: [
        {
          name: 'web errors',
          canary: undefined,
          control: undefined,
          evidence: undefined,
          limit: 4.6,
          state: 'no data',
          noData: 'timeout',
        },
      ],
    });
    const eventful = [look(15), withoutData, look(45, { verdict: 'fail', reason: 'worse' })];
    const lines = collect('plain', eventful).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('web errors no data (timeout)');
    expect(lines[2]).toContain('fail, worse');
  });
});

it('ndjson is one object an event that gives the event back', () => {
  const events = [step('one', 'started'), look(15), { type: 'note', level: 'info', text: 'two\nlines' } as const];
  const lines = collect('ndjson', events).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(events);
});

it('silence is silent', () => {
  expect(collect('silent', [step('one', 'started'), look(15)])).toBe('');
});
