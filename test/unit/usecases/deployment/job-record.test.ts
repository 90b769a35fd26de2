import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/usecases/cluster/run.ts';
import { jobName } from '../../../../src/usecases/deployment/job-name.ts';
import { settleMigrations } from '../../../../src/usecases/deployment/job-record.ts';

const MIGRATIONS = [{ id: 'add' }, { id: 'add-index' }, { id: `${'x'.repeat(40)}-1` }, { id: `${'x'.repeat(40)}-2` }];
const nameFor = (id: string) => jobName('r', 1, { id }, 'up', 'production');

/** A run in which the Jobs of some migrations were let run and are gone. */
function runWith(gone: readonly string[]) {
  const recorded: string[] = [];
  const steps = new Map(gone.map((id) => [`job:${nameFor(id)}`, { state: 'intended', proved: true }]));
  const run = {
    attempt: 1,
    context: { actor: 'olga@example.com' },
    locks: new Map([['production', { fence: 1, cluster: { get: async () => undefined } }]]),
    release: {
      signing: {},
      journal: {
        plan: { id: 'r', spec: { migrations: MIGRATIONS }, events: [] },
        state: { deployment: { steps } },
        recordAll: async (entries: readonly (readonly [string, { readonly step: string }])[]) => {
          recorded.push(...entries.map(([type, { step }]) => `${type} ${step}`));
        },
      },
    },
  } as unknown as Run;
  return { run, recorded };
}

describe('what a person found in the database', () => {
  it.each([
    ['add', 'add-index'],
    [`${'x'.repeat(40)}-1`, `${'x'.repeat(40)}-2`],
  ])('about %s says nothing of %s, whose Job is called alike', async (asked, other) => {
    const { run, recorded } = runWith([other]);
    await expect(settleMigrations(run, { ran: [asked] })).rejects.toMatchObject({ code: 'usage.bad-flag' });
    expect(recorded).toEqual([]);
    await settleMigrations(run, { ran: [other] });
    expect(recorded).toEqual([`step.completed job:${nameFor(other)}`]);
  });
});
