import type { RunnerKind } from '../../src/adapters/runner/kind.ts';
import type { RemoteRun, Work } from '../../src/ports/runner.ts';

/** What was handed over, by its name. */
export const errands = new Map<string, Work>();

/** A runner that takes note of what it is asked, and has done it at once. */
export const errand: RunnerKind<{ readonly boy: string }> = {
  open({ boy }) {
    const keyOf = ({ release, attempt, round }: Pick<Work, 'release' | 'attempt' | 'round'>) =>
      `${release} ${attempt} ${round}`;
    const runOf = (key: string): RemoteRun => ({
      title: `errand of ${boy}`,
      key,
      askedBy: errands.get(key)?.askedBy,
      state: { phase: 'ended', ok: true, reason: 'done', detail: 'it was quick' },
      look: 'ls',
    });
    return {
      name: 'errand',
      find: async (work) => (errands.has(keyOf(work)) ? runOf(keyOf(work)) : undefined),
      async start(work) {
        errands.set(keyOf(work), work);
        return runOf(keyOf(work));
      },
      async end({ key }) {
        errands.delete(key);
      },
      async *follow(run) {
        yield { kind: 'state', run };
      },
    };
  },
};
