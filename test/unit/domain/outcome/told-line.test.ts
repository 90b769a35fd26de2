import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../src/domain/outcome/outcome.ts';
import type { Progress } from '../../../../src/domain/outcome/progress.ts';
import { readToldLine } from '../../../../src/domain/outcome/told-line.ts';
import { RelctlError } from '../../../../src/errors.ts';
import { errorLine, outcomeLine, progressLine } from '../../../../src/renderers/ndjson.ts';

/** One of each kind. */
const PROGRESS: { readonly [T in Progress['type']]: Extract<Progress, { type: T }> } = {
  step: { type: 'step', step: 'bake', title: 'Watch the canary', state: 'started', detail: 'of 15m' },
  waiting: { type: 'waiting', subject: 'Job/x', detail: 'running' },
  recorded: { type: 'recorded', seq: 7, event: 'deploy.started' },
  notified: { type: 'notified', topic: 'deploy.starting', channel: 'chat', ok: true, text: 'hello' },
  'canary.look': {
    type: 'canary.look',
    elapsedSeconds: 10,
    bakeSeconds: 900,
    share: undefined,
    slos: [{ name: 'a', canary: { bad: 1, total: 9 }, control: undefined, evidence: undefined, limit: 2, state: 'ok' }],
    verdict: 'continue',
    reason: 'not enough yet',
  },
  note: { type: 'note', level: 'warning', text: 'a \u001b[2J note' },
};

describe('what another relctl printed', () => {
  it.each(Object.values(PROGRESS))('is read back: $type', (progress) => {
    const told = readToldLine(progressLine(progress));
    expect(told).toEqual({ kind: 'progress', progress: JSON.parse(JSON.stringify(progress)) });
  });

  it('is its answer, with what programs read', () => {
    const outcome: Outcome = { result: 'failed', headline: 'rolled back', blocks: [], data: { phase: 'rolled-back' } };
    const told = readToldLine(outcomeLine(outcome, { command: 'runner', exitCode: 1 }));
    const { result, headline, data } = outcome;
    expect(told).toEqual({ kind: 'outcome', outcome: { result, headline, data, simulated: false } });
  });

  it('is its error, with code, reason and ways out', () => {
    const error = new RelctlError('canary.failed', 'too many errors', {
      why: 'because',
      hints: ['look'],
      data: { n: 1 },
    });
    const told = readToldLine(errorLine(error, 'runner'));
    expect(told).toMatchObject({
      kind: 'error',
      error: { code: 'canary.failed', message: 'too many errors', why: 'because', hints: ['look'], data: { n: 1 } },
    });
  });

  it('keeps an error of a newer relctl, whose code this one does not know', () => {
    const line = JSON.stringify({
      type: 'error',
      error: { code: 'constructor', message: 'm', why: null, hints: [], data: {} },
    });
    expect(readToldLine(line)).toMatchObject({ kind: 'error', error: { code: 'runner.failed', message: 'm' } });
  });

  it.each([
    '',
    'plain words',
    '{',
    'null',
    '[]',
    '{"type":"step"}',
    '{"type":"new","x":1}',
    '{"type":"note","level":"x"}',
  ])('is text where it is nothing of that: %s', (text) => expect(readToldLine(text)).toEqual({ kind: 'text', text }));
});
