import type { Migration, Slo } from '../plan/spec.ts';
import { asCode } from '../text/code-marks.ts';
import { command } from '../text/command-line.ts';
import type { Impact, MigrationFinding, Seen } from './impact/findings.ts';

/** One instruction of a rollback, with the finding that it comes from; without one where it belongs to every rollback. */
export interface RollbackStep {
  readonly text: string;
  readonly seen?: Seen;
}

/** Instructions for who rolls back: when, what, and how long it takes. */
export interface RollbackDraft {
  readonly triggers: readonly string[];
  readonly steps: readonly RollbackStep[];
  readonly expectedMinutes: number;
}

/** What a plan ships, as far as it decides how the release is undone. */
export interface Shipped {
  /** In the order in which they run. */
  readonly migrations: readonly {
    readonly migration: Pick<Migration, 'id' | 'reversible' | 'pointOfNoReturn'>;
    readonly seen: Seen;
  }[];
  readonly slos: readonly Pick<Slo, 'name' | 'objective'>[];
}

/**
 * Drafts rollback instructions from what a release brings; a person corrects them.
 *
 * What cannot be undone comes first, for it is to be known before anybody decides. Then the order is the reverse of the rollout:
 * what the old version needs comes back; then the old version itself and what its database needs, by `relctl rollback`, which puts
 * the manifests back and undoes reversible migrations, the newest first; then what only the new version used is taken away, so
 * that at no moment a running version misses something.
 * @param release id of the release
 */
export function draftRollback(release: string, impact: Impact, { migrations, slos }: Shipped): RollbackDraft {
  const newestFirst = migrations.toReversed();
  return {
    triggers: [
      `An objective is broken after the rollout: ${slos.map((slo) => `${slo.name} (${slo.objective})`).join(', ')}`,
      'A smoke test fails and the cause is not known within 15 minutes',
    ],
    steps: [
      ...limitsOf(impact),
      ...neededBefore(impact),
      { text: relctlStep(release, newestFirst) },
      ...newestFirst
        .filter(({ migration }) => !migration.reversible && !migration.pointOfNoReturn)
        .map(({ migration, seen }) => ({
          text: `Leave the migration ${migration.id} in place: it cannot be undone, and the old version can live with it`,
          seen,
        })),
      ...neededNoMore(impact),
      { text: 'Check the smoke tests by hand, and tell the Product Manager' },
    ],
    expectedMinutes: 10 + 5 * migrations.length,
  };
}

/** Migrations that hurt and cannot be undone without loss. */
function limitsOf(impact: Impact): readonly RollbackStep[] {
  return impact.migrations
    .filter((one) => one.change === 'added' && one.down !== 'yes')
    .filter((one) => one.operations.some((operation) => operation.effect !== 'locks'))
    .toReversed()
    .map((one) => ({
      text: `Know before you decide: Migration ${one.id} cannot be undone without loss: ${one.downNote ?? firstEffect(one)}`,
      seen: one.seen,
    }));
}

/** What the old version reads and uses, and the new one dropped. */
function neededBefore(impact: Impact): readonly RollbackStep[] {
  const variables = (change: 'changed' | 'removed') =>
    impact.environmentVariables.filter((one) => one.change === change && !one.buildTime);
  const at = (seen: readonly Seen[], text: string): readonly RollbackStep[] =>
    seen.slice(0, 1).map((first) => ({ text, seen: first }));
  return [
    ...variables('removed').flatMap((one) =>
      at(one.seen, `Set ${one.name} again${forServices(one.services)}: the old version reads it`),
    ),
    ...variables('changed')
      .filter((one) => one.note?.startsWith('its value'))
      .flatMap((one) => at(one.seen, `Give ${one.name} its old value or source${forServices(one.services)}`)),
    ...impact.resources
      .filter((one) => one.change === 'removed')
      .map(({ kind, name, seen }) => ({ text: `Create ${kind} ${name} again: the old version may use it`, seen })),
  ];
}

function relctlStep(release: string, newestFirst: Shipped['migrations']): string {
  const undone = newestFirst.filter(({ migration }) => migration.reversible).map(({ migration }) => migration.id);
  const undoing = undone.length === 0 ? '' : ` and undoes ${undone.join(', ')}`;
  return `Run ${asCode(command`relctl rollback ${release} --reason "<what is wrong>"`)}: it restores the snapshot${undoing}`;
}

/** What only the new version used. */
function neededNoMore(impact: Impact): readonly RollbackStep[] {
  return [
    ...impact.monitoring
      .filter((one) => one.kind === 'alert' && one.change === 'added')
      .map(({ name, seen }) => ({ text: `Silence or remove the alert ${name}: what it watches is gone`, seen })),
    ...impact.exposure
      .filter((one) => one.kind === 'permission' && one.change !== 'removed')
      .map(({ text, seen }) => ({ text: `Take back the permission ${text}`, seen })),
    ...impact.resources
      .filter((one) => one.change === 'added')
      .map(({ kind, name, seen }) => ({
        text: `Keep ${kind} ${name} until the cause is known, then remove it if the next attempt does not need it`,
        seen,
      })),
  ];
}

function firstEffect(one: MigrationFinding): string {
  return (
    (one.operations.find((operation) => operation.effect !== 'locks') ?? one.operations[0])?.text ??
    'it cannot be undone'
  );
}

const forServices = (services: readonly string[]) => (services.length === 0 ? '' : ` for ${services.join(', ')}`);
