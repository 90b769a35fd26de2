import type { Impact, MigrationFinding, Seen } from './impact/findings.ts';

/** One instruction of a rollback, with the finding that it comes from. */
export interface RollbackStep {
  readonly text: string;
  readonly seen: Seen;
}

/** What a rollback of the findings takes, in the order in which it is done. */
export interface RollbackDraft {
  /** To know before anybody decides to roll back: what cannot be undone. */
  readonly limits: readonly RollbackStep[];
  /** Before the old version is put back: what it needs must be there again. */
  readonly before: readonly RollbackStep[];
  /** After the old version runs: what only the new one used. */
  readonly after: readonly RollbackStep[];
}

/**
 * Drafts rollback instructions from what a release brings.
 *
 * The order is the reverse of the rollout. First what the old version needs comes back (dropped variables and objects,
 * migrations that it cannot live with, newest first); then the old version itself, by `relctl rollback`; then what only the
 * new version used is taken away, so that at no moment a running version misses something.
 */
export function draftRollbackSteps(impact: Impact): RollbackDraft {
  const migrations = impact.migrations.filter((one) => one.change === 'added').toReversed();
  const hurts = (one: MigrationFinding) => one.operations.some((operation) => operation.effect !== 'locks');
  const step = (text: string, seen: Seen): RollbackStep => ({ text, seen });
  const variables = (change: 'added' | 'changed' | 'removed') =>
    impact.environmentVariables.filter((one) => one.change === change && !one.buildTime);
  return {
    limits: migrations
      .filter((one) => one.down !== 'yes' && hurts(one))
      .map((one) =>
        step(`Migration ${one.id} cannot be undone without loss: ${one.downNote ?? firstEffect(one)}`, one.seen),
      ),
    before: [
      ...variables('removed').flatMap((one) =>
        one.seen
          .slice(0, 1)
          .map((at) => step(`Set ${one.name} again${forServices(one.services)}: the old version reads it`, at)),
      ),
      ...variables('changed')
        .filter((one) => one.note?.startsWith('its value'))
        .flatMap((one) =>
          one.seen
            .slice(0, 1)
            .map((at) => step(`Give ${one.name} its old value or source${forServices(one.services)}`, at)),
        ),
      ...impact.resources
        .filter((one) => one.change === 'removed')
        .map((one) => step(`Create ${one.kind} ${one.name} again: the old version may use it`, one.seen)),
      ...migrations
        .filter((one) => one.down !== 'no' && hurts(one))
        .map((one) => step(`Undo migration ${one.id} (${one.tool}): it ${firstEffect(one)}`, one.seen)),
    ],
    after: [
      ...migrations
        .filter((one) => one.down !== 'no' && !hurts(one))
        .map((one) =>
          step(
            `Migration ${one.id} (${one.tool}) may stay, the old version can live with it; undo it before the next attempt if it changes`,
            one.seen,
          ),
        ),
      ...impact.monitoring
        .filter((one) => one.kind === 'alert' && one.change === 'added')
        .map((one) => step(`Silence or remove the alert ${one.name}: what it watches is gone`, one.seen)),
      ...impact.exposure
        .filter((one) => one.kind === 'permission' && one.change !== 'removed')
        .map((one) => step(`Take back the permission ${one.text}`, one.seen)),
      ...impact.resources
        .filter((one) => one.change === 'added')
        .map((one) =>
          step(
            `Keep ${one.kind} ${one.name} until the cause is known, then remove it if the next attempt does not need it`,
            one.seen,
          ),
        ),
    ],
  };
}

function firstEffect(one: MigrationFinding): string {
  return (
    (one.operations.find((operation) => operation.effect !== 'locks') ?? one.operations[0])?.text ?? 'has no way down'
  );
}

const forServices = (services: readonly string[]) => (services.length === 0 ? '' : ` for ${services.join(', ')}`);
