import type { Impact, Seen } from '../../evidence/impact/findings.ts';
import { draftRollbackSteps } from '../../evidence/rollback-draft.ts';
import type { Spec } from '../../plan/spec.ts';
import type { DraftedMigration } from './migrations.ts';
import { placeOf } from './places.ts';
import type { DraftedSlo } from './slos.ts';

/** How the release is undone, drafted from what it brings; a person corrects it. */
export function draftRollback(
  id: string,
  owner: string,
  impact: Impact,
  migrations: readonly DraftedMigration[],
  slos: readonly DraftedSlo[],
): Spec['rollback'] {
  return {
    owner,
    triggers: [
      `An objective is broken after the rollout: ${slos.map(({ slo }) => `${slo.name} (${slo.objective})`).join(', ')}`,
      'A smoke test fails and the cause is not known within 15 minutes',
    ],
    steps: rollbackSteps(id, impact, migrations),
    expectedMinutes: 10 + 5 * migrations.length,
  };
}

/**
 * The steps of a person around `relctl rollback`, which itself puts the manifests back and undoes reversible migrations; so
 * the migrations' own steps are left out, and said where relctl leaves one in place.
 */
function rollbackSteps(id: string, impact: Impact, migrations: readonly DraftedMigration[]): string[] {
  const newestFirst = migrations.map(({ migration }) => migration).toReversed();
  const { limits } = draftRollbackSteps(impact);
  const { before, after } = draftRollbackSteps({ ...impact, migrations: [] });
  const text = (steps: readonly { readonly text: string; readonly seen: Seen }[]): string[] =>
    steps.map((step) => `${step.text} (${placeOf(step.seen)})`);
  return [
    ...text(limits).map((limit) => `Know before you decide: ${limit}`),
    ...text(before),
    `Run relctl rollback ${id} --reason "<what is wrong>": it puts back the recorded manifests${
      newestFirst.some((one) => one.reversible)
        ? ` and undoes ${newestFirst
            .filter((one) => one.reversible)
            .map((one) => one.id)
            .join(', ')}`
        : ''
    }`,
    ...newestFirst
      .filter((one) => !one.reversible && !one.pointOfNoReturn)
      .map((one) => `Leave the migration ${one.id} in place: it has no way down, and the old version can live with it`),
    ...text(after),
    'Check the smoke tests by hand, and tell the Product Manager',
  ];
}
