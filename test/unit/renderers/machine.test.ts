import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { RelctlError } from '../../../src/errors.ts';
import { renderJson, renderJsonError } from '../../../src/renderers/json.ts';
import { errorLine, outcomeLine } from '../../../src/renderers/ndjson.ts';

const outcome: Outcome = {
  result: 'pending',
  headline: 'CAB has not decided',
  blocks: [{ kind: 'text', text: 'for people' }],
  data: { phase: 'submitted' },
};
const error = new RelctlError('plan.schema', 'wrong', {
  place: { file: 'releases/x.yaml', line: 3 },
  why: 'because',
  hints: ['relctl plan x --check'],
  data: { issues: [] },
});
const envelope = {
  apiVersion: 'relctl/v1',
  command: 'status',
  result: 'pending',
  exitCode: 8,
  simulated: false,
  headline: 'CAB has not decided',
  data: { phase: 'submitted' },
};

describe('for programs', () => {
  it('an answer is one documented object', () => {
    expect(JSON.parse(renderJson(outcome, { command: 'status', exitCode: 8 }))).toEqual(envelope);
    expect(JSON.parse(renderJson({ ...outcome, simulated: true }, { command: 'status', exitCode: 8 })).simulated).toBe(
      true,
    );
  });

  it('an error is one documented object with every field', () => {
    expect(JSON.parse(renderJsonError(error, 'plan'))).toEqual({
      apiVersion: 'relctl/v1',
      command: 'plan',
      result: 'usage',
      exitCode: 2,
      error: {
        code: 'plan.schema',
        kind: 'usage',
        message: 'wrong',
        place: { file: 'releases/x.yaml', line: 3 },
        why: 'because',
        found: [],
        hints: ['relctl plan x --check'],
        data: { issues: [] },
      },
    });
    expect(JSON.parse(renderJsonError(new RelctlError('bug', 'x'), 'plan')).error).toMatchObject({
      place: null,
      why: null,
    });
  });

  it('a stream ends with one line that says how', () => {
    const last = outcomeLine(outcome, { command: 'status', exitCode: 8 });
    expect(last.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(last)).toEqual({ type: 'outcome', ...envelope });
    expect(JSON.parse(errorLine(error, 'plan'))).toMatchObject({
      type: 'error',
      exitCode: 2,
      error: { code: 'plan.schema' },
    });
  });
});
