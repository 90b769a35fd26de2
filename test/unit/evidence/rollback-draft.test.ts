import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Impact } from '../../../src/evidence/impact/findings.ts';
import { draftRollbackSteps } from '../../../src/evidence/rollback-draft.ts';
import { impactOfFixture } from '../../support/score-evidence.ts';

const seen = { file: 'a', line: 1, side: 'head' } as const;
const nothing: Impact = {
  services: [],
  untouchedServices: [],
  environmentVariables: [],
  migrations: [],
  resources: [],
  monitoring: [],
  dependencies: [],
  exposure: [],
  unmappedFiles: [],
  size: { files: 0, insertions: 0, deletions: 0 },
  unread: [],
};
const texts = (steps: readonly { text: string }[]) => steps.map((step) => step.text);

test('nothing to undo, nothing to do', () => {
  expect(draftRollbackSteps(nothing)).toEqual({ limits: [], before: [], after: [] });
});

test('what the old version needs comes back before it, what only the new one used goes after it, newest migration first', () => {
  const migration = { tool: 'knex', change: 'added', services: [], seen } as const;
  const draft = draftRollbackSteps({
    ...nothing,
    environmentVariables: [
      {
        name: 'OLD_URL',
        change: 'removed',
        services: ['web'],
        secret: false,
        required: true,
        buildTime: false,
        seen: [seen],
      },
      {
        name: 'MODE',
        change: 'changed',
        note: 'its value or source changed',
        services: [],
        secret: false,
        required: true,
        buildTime: false,
        seen: [seen],
      },
      {
        name: 'NEW_URL',
        change: 'added',
        services: ['web'],
        secret: false,
        required: true,
        buildTime: false,
        seen: [seen],
      },
    ],
    migrations: [
      { ...migration, id: '1_adds', operations: [], down: 'yes' },
      { ...migration, id: '2_renames', operations: [{ effect: 'breaks', text: 'renames a', line: 1 }], down: 'yes' },
      {
        ...migration,
        id: '3_drops',
        operations: [{ effect: 'destroys', text: 'drops b', line: 1 }],
        down: 'lossy',
        downNote: 'b is lost',
      },
      { ...migration, id: '0_old', change: 'changed', operations: [], down: 'no' },
    ],
    resources: [
      { kind: 'CronJob', name: 'gone', change: 'removed', services: [], seen },
      { kind: 'PersistentVolumeClaim', name: 'data', change: 'added', services: [], seen },
    ],
    monitoring: [{ kind: 'alert', name: 'WalletErrors', change: 'added', services: [], seen }],
  });
  expect(texts(draft.limits)).toEqual(['Migration 3_drops cannot be undone without loss: b is lost']);
  expect(texts(draft.before)).toEqual([
    'Set OLD_URL again for web: the old version reads it',
    'Give MODE its old value or source',
    'Create CronJob gone again: the old version may use it',
    'Undo migration 3_drops (knex): it drops b',
    'Undo migration 2_renames (knex): it renames a',
  ]);
  expect(texts(draft.after)).toEqual([
    'Migration 1_adds (knex) may stay, the old version can live with it; undo it before the next attempt if it changes',
    'Silence or remove the alert WalletErrors: what it watches is gone',
    'Keep PersistentVolumeClaim data until the cause is known, then remove it if the next attempt does not need it',
  ]);
});

test('every step of a real change names its evidence', async () => {
  const { impact } = await impactOfFixture(
    fileURLToPath(new URL('../../fixtures/repositories', import.meta.url)),
    'rails',
  );
  const { limits, before, after } = draftRollbackSteps(impact);
  expect(texts(limits)).toEqual(['Migration 20261102000000_drop_state cannot be undone without loss: its down raises']);
  for (const step of [...limits, ...before, ...after])
    expect(step.seen).toMatchObject({ file: expect.stringMatching(/./), line: expect.any(Number) });
});
