import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src/domain/outcome/progress.ts';
import { RelctlError } from '../../../../src/errors.ts';
import type { RemoteRun, RunNews, Runner, RunState } from '../../../../src/ports/runner.ts';
import { errorLine, outcomeLine, progressLine } from '../../../../src/renderers/ndjson.ts';
import type { Context } from '../../../../src/usecases/release/context.ts';
import { attach } from '../../../../src/usecases/runner/attach.ts';

const run = (state: RunState): RemoteRun => ({
  title: 'Job relctl/x',
  key: 'x',
  askedBy: 'a@x.y',
  state,
  look: 'kubectl',
});
const at = (state: RunState): RunNews => ({ kind: 'state', run: run(state) });
const line = (text: string): RunNews => ({ kind: 'line', text: text.trim() });
const running = at({ phase: 'running', detail: 'pod a', worker: 'a' });
const another = at({ phase: 'running', detail: 'pod b, after 1 that ended early', worker: 'b' });
const ended = (ok: boolean, reason: string) => at({ phase: 'ended', ok, reason, detail: `${reason}, it says` });
const stuck = (reason: string) => at({ phase: 'waiting', reason, detail: `pod a: ${reason}`, stuck: true });
const error = (code: ConstructorParameters<typeof RelctlError>[0]) =>
  line(errorLine(new RelctlError(code, `${code}!`), 'runner'));
const done = line(
  outcomeLine(
    { result: 'done', headline: 'it is out', blocks: [], data: { phase: 'deployed' } },
    { command: 'runner', exitCode: 0 },
  ),
);

const work = { attempt: 1, round: 'forward', stopsAtVerdict: false } as const;

/** Attaches to a run that tells these, and gives what was shown. */
async function attached(news: readonly RunNews[], interruptAfter?: number) {
  const shown: Progress[] = [];
  const controller = new AbortController();
  const runner = {
    name: 'kubernetes',
    async *follow(_run: RemoteRun, signal: AbortSignal) {
      for (const [index, one] of news.entries()) {
        if (index === interruptAfter) controller.abort();
        if (signal.aborted) return;
        yield one;
      }
    },
  } as unknown as Runner;
  const context = {
    sink: { emit: (progress: Progress) => shown.push(progress) },
    interruption: { signal: controller.signal, clear: () => undefined },
    prompter: { interactive: false },
  } as unknown as Context;
  const asked = { release: 'next', runner: 'kubernetes', again: 'relctl deploy next --runner kubernetes', work };
  const outcome = await attach(
    context,
    runner,
    run({ phase: 'waiting', reason: 'NoPod', detail: '', stuck: false }),
    asked,
  );
  return { outcome, shown };
}

describe('whoever attaches', () => {
  it('sees what the run shows, and has its answer', async () => {
    const look = { type: 'waiting', subject: 'Deployment/web', detail: '1 of 3' } as const;
    const { outcome, shown } = await attached([
      running,
      line(progressLine(look)),
      line('npm warn'),
      done,
      ended(true, 'Complete'),
    ]);
    expect(outcome).toMatchObject({ result: 'done', headline: 'it is out', data: { phase: 'deployed' } });
    expect(shown).toContainEqual(look);
    expect(shown).toContainEqual({ type: 'note', level: 'info', text: 'npm warn' });
  });

  it('has its error, as if it had happened here', async () => {
    await expect(attached([running, error('gate.refused'), ended(false, 'PodFailurePolicy')])).rejects.toMatchObject({
      code: 'gate.refused',
    });
  });

  it('leaves it at work at Ctrl-C, and is told how to come back', async () => {
    const { outcome } = await attached([running, running, done], 2);
    expect(outcome.headline).toContain('detached');
    expect(JSON.stringify(outcome.blocks)).toContain('relctl deploy next --runner kubernetes');
  });

  it.each(['DeadlineExceeded', 'BackoffLimitExceeded', 'gone'])(
    'hears of %s from the Job, not from the pod, which only knows that it was asked to end',
    async (reason) => {
      await expect(attached([running, error('answer.interrupted'), ended(false, reason)])).rejects.toMatchObject({
        code: 'runner.failed',
        message: expect.stringContaining(reason),
        hints: expect.arrayContaining(['relctl deploy next --resume --runner kubernetes']),
      });
    },
  );

  it('takes the last word of a pod that is no more for nothing once another one works', async () => {
    await expect(
      attached([running, error('pending.person'), another, ended(false, 'DeadlineExceeded')]),
    ).rejects.toMatchObject({
      code: 'runner.failed',
    });
  });

  it('keeps the last word of one that still works, though what is said of it changes', async () => {
    const again = at({ phase: 'running', detail: 'pod a, after 1 that ended early', worker: 'a' });
    expect((await attached([running, done, again, ended(true, 'Complete')])).outcome.headline).toBe('it is out');
  });

  it('is not kept waiting for what nobody but a person mends; the first try of an image is waited for', async () => {
    await expect(attached([stuck('ErrImagePull'), stuck('ImagePullBackOff'), running])).rejects.toMatchObject({
      code: 'runner.stuck',
      why: expect.stringContaining('fix the registry'),
    });
    expect((await attached([stuck('ErrImagePull'), running, done, ended(true, 'Complete')])).outcome.result).toBe(
      'done',
    );
  });

  it('of a run that has ended well, whose log is gone, is told that', async () => {
    expect((await attached([ended(true, 'Complete')])).outcome).toMatchObject({
      result: 'done',
      headline: 'Job relctl/x has ended',
    });
  });
});
