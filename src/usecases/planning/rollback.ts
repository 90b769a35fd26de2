import type { Impact } from '../../evidence/impact/findings.ts';
import type { Spec } from '../../plan/spec.ts';
import type { DraftedMigration } from './migrations.ts';
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

function rollbackSteps(id: string, impact: Impact, migrations: readonly DraftedMigration[]): string[] {
  const afterwards = migrations.map(({ migration }) => migration).reverse();
  const removed = impact.environmentVariables.filter((one) => one.change === 'removed' && !one.buildTime);
  const gone = impact.resources.filter((one) => one.change === 'removed');
  return [
    ...afterwards
      .filter((one) => one.pointOfNoReturn)
      .map(
        (one) => `Once ${one.id} has run, do not roll back: data would be lost. Freeze the release and repair forward`,
      ),
    ...(removed.length === 0
      ? []
      : [`Check that ${removed.map((one) => one.name).join(', ')} are still set: the old version reads them`]),
    ...(gone.length === 0
      ? []
      : [
          `Check that ${gone.map((one) => `${one.kind} ${one.name}`).join(', ')} still exist: the old version may use them`,
        ]),
    `Run: relctl rollback ${id} --reason "<what is wrong>"; it puts back the recorded manifests${afterwards.some((one) => one.reversible) ? ', and undoes the reversible migrations' : ''}`,
    ...afterwards
      .filter((one) => !one.reversible && !one.pointOfNoReturn)
      .map((one) => `Leave ${one.id} in place: it has no way down, and the old version can live with it`),
    'Check the smoke tests by hand, and tell the Product Manager',
  ];
}
