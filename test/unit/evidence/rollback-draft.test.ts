import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Impact } from '../../../src/evidence/impact/findings.ts';
import { draftRollback } from '../../../src/evidence/rollback-draft.ts';
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
  ownFiles: [],
  size: { files: 0, insertions: 0, deletions: 0 },
  unread: [],
};
const RELCTL = 'Run `relctl rollback 2026-12-wallet --reason "<what is wrong>"`: it restores the snapshot';
const LAST = 'Check the smoke tests by hand, and tell the Product Manager';
const textsOf = (...given: Parameters<typeof draftRollback>) => draftRollback(...given).steps.map((step) => step.text);

test('nothing that needs a hand, and relctl does it alone', () => {
  const draft = draftRollback('2026-12-wallet', nothing, {
    migrations: [],
    slos: [{ name: 'api availability', objective: '99.9%' }],
  });
  expect(draft).toEqual({
    triggers: [
      'An objective is broken after the rollout: api availability (99.9%)',
      'A smoke test fails and the cause is not known within 15 minutes',
    ],
    steps: [{ text: RELCTL }, { text: LAST }],
    expectedMinutes: 10,
  });
});

test('what the old version needs comes back before it, what only the new one used goes after it, newest migration first', () => {
  const migration = { tool: 'knex', change: 'added', services: [], seen } as const;
  const impact: Impact = {
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
    exposure: [{ kind: 'permission', change: 'added', text: 'get secrets', services: [], seen }],
  };
  const shipped = [
    { migration: { id: 'adds', reversible: true, pointOfNoReturn: false }, seen },
    { migration: { id: 'indexes', reversible: false, pointOfNoReturn: false }, seen },
    { migration: { id: 'renames', reversible: true, pointOfNoReturn: false }, seen },
    { migration: { id: 'drops', reversible: false, pointOfNoReturn: true }, seen },
  ];
  expect(textsOf('2026-12-wallet', impact, { migrations: shipped, slos: [] })).toEqual([
    'Know before you decide: Migration 3_drops cannot be undone without loss: b is lost',
    'Set OLD_URL again for web: the old version reads it',
    'Give MODE its old value or source',
    'Create CronJob gone again: the old version may use it',
    `${RELCTL} and undoes renames, adds`,
    'Leave the migration indexes in place: it cannot be undone, and the old version can live with it',
    'Silence or remove the alert WalletErrors: what it watches is gone',
    'Take back the permission get secrets',
    'Keep PersistentVolumeClaim data until the cause is known, then remove it if the next attempt does not need it',
    LAST,
  ]);
  expect(draftRollback('2026-12-wallet', impact, { migrations: shipped, slos: [] }).expectedMinutes).toBe(30);
});

test('every step of a real change names its evidence, but for those of every rollback', async () => {
  const { impact } = await impactOfFixture(
    fileURLToPath(new URL('../../fixtures/repositories', import.meta.url)),
    'rails',
  );
  const { steps } = draftRollback('2026-12-wallet', impact, { migrations: [], slos: [] });
  expect(steps[0]?.text).toBe(
    'Know before you decide: Migration 20261102000000_drop_state cannot be undone without loss: its down raises',
  );
  expect(steps.filter((step) => step.seen === undefined).map((step) => step.text)).toEqual([RELCTL, LAST]);
  expect(steps.length).toBeGreaterThan(3);
  for (const { seen: at } of steps.filter((step) => step.seen !== undefined))
    expect(at).toMatchObject({ file: expect.stringMatching(/./), line: expect.any(Number) });
});
