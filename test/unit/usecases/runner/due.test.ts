import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../src/domain/outcome/outcome.ts';
import { PHASES } from '../../../../src/domain/process/phases.ts';
import { RelctlError } from '../../../../src/errors.ts';
import type { PlanStore } from '../../../../src/ports/plan-store.ts';
import type { ReadingContext } from '../../../../src/usecases/release/context.ts';
import { answerOfAll, dueReleases, toEach } from '../../../../src/usecases/runner/due.ts';

const summaries = [
  ...PHASES.map((phase) => ({ id: `in-${phase}`, phase })),
  // A rollback of what was deployed keeps its phase until it is done.
  { id: 'half-way-back', phase: 'deployed', work: { who: 'a@x.y', since: '2026-12-03T14:00:00Z' } },
];
const store = { summaries: async () => [...summaries, { id: 'broken', error: 'unreadable' }] } as unknown as PlanStore;
const outcome = (result: Outcome['result']): Outcome => ({ result, headline: `is ${result}`, blocks: [], data: {} });

describe('what a schedule gives', () => {
  it.each([
    ['hypercare', ['in-verified', 'in-hypercare']],
    ['success', ['half-way-back', 'in-deployed', 'in-verified', 'in-hypercare', 'in-validated']],
    ['remind', ['in-submitted', 'in-approved', 'in-staged', 'in-ready']],
    ['resume', ['in-canary', 'in-rolling-out', 'half-way-back']],
  ] as const)('%s is for releases in these phases, and one that cannot be read is none', async (what, ids) => {
    expect([...(await dueReleases({ store } as unknown as ReadingContext, what))].sort()).toEqual([...ids].sort());
  });

  it('goes on with the others when one is refused, and fails as a whole', async () => {
    const told = await toEach(['a', 'b', 'c'], async (id) => {
      if (id === 'b') throw new RelctlError('gate.refused', 'b may not');
      return outcome('done');
    });
    const answer = answerOfAll('hypercare', told);
    expect(answer).toMatchObject({ result: 'failed', headline: 'hypercare: 3 releases due, 1 not well' });
    expect(answer.data).toMatchObject({
      due: [{ release: 'a' }, { release: 'b', code: 'gate.refused' }, { release: 'c' }],
    });
  });

  it('takes what is pending as it should be, and what is not healthy as what it is', async () => {
    const all = async (result: Outcome['result']) =>
      answerOfAll('hypercare', await toEach(['a'], async () => outcome(result)));
    expect((await all('pending')).result).toBe('done');
    expect((await all('failed')).result).toBe('failed');
    expect(answerOfAll('remind', []).headline).toBe('remind: 0 releases due');
  });

  it('has no bug of relctl pass for the trouble of a release', async () => {
    await expect(toEach(['a'], () => Promise.reject(new TypeError('bug')))).rejects.toThrow(TypeError);
  });
});
