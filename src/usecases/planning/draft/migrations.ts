import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import type { Impact, MigrationFinding, Seen } from '../../../evidence/impact/findings.ts';
import { migrationTool } from '../../../evidence/impact/migrations/registry.ts';
import { mustWait, type PlannedRun, plannedRuns } from '../../../evidence/impact/migrations/runs.ts';
import type { Migration } from '../../../plan/spec.ts';

/** A migration of the draft with where it was seen and what to look at. */
export interface DraftedMigration {
  readonly migration: Migration;
  readonly seen: Seen;
  readonly notes: readonly string[];
}

/**
 * The new migrations as Jobs of the deployment, in the order in which their tools run them.
 * @param planned names of migrations that a plan holds already
 */
export function draftMigrations(
  impact: Impact,
  services: readonly string[],
  planned: ReadonlySet<string> = new Set(),
): readonly DraftedMigration[] {
  const names = migrationNames(impact);
  const open = impact.migrations.filter((finding) => !planned.has(names.get(finding) ?? ''));
  return plannedRuns(open).map((run) => ({
    migration: draftMigration(run, services, names),
    seen: run.migrations[0].seen,
    notes: notesOf(run, names),
  }));
}

/** The names of all migrations that a plan holds, those that run together with others too. */
export const plannedNames = (migrations: readonly Migration[]): ReadonlySet<string> =>
  new Set(migrations.flatMap(({ id, covers = [] }) => [id, ...covers]));

/**
 * The name under which each migration stands in a plan: a Kubernetes name, because its Job bears it. Where several have one id,
 * the service or the folder stands before it.
 */
export function migrationNames(impact: Impact): ReadonlyMap<MigrationFinding, string> {
  const plain = (one: MigrationFinding): string => kubernetesName(one.id);
  const count = (name: string) => impact.migrations.filter((one) => plain(one) === name).length;
  const names = new Map<MigrationFinding, string>();
  for (const one of impact.migrations) {
    const name = count(plain(one)) > 1 ? kubernetesName(`${ownerOf(one)}-${one.id}`) : plain(one);
    const taken = new Set(names.values());
    let free = name;
    for (let n = 2; taken.has(free); n += 1) free = `${name.slice(0, 50)}-${n}`;
    names.set(one, free);
  }
  return names;
}

/** Whose migration it is: the only service, or the first folder of its path. */
function ownerOf({ services, seen }: MigrationFinding): string {
  return services.length === 1 && services[0] !== undefined ? services[0] : (seen.file.split('/')[0] ?? '');
}

function kubernetesName(id: string): string {
  const name = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name.slice(0, 53).replace(/-+$/, '') || 'migration';
}

function draftMigration(
  { migrations, when, commands: { up, down } }: PlannedRun,
  services: readonly string[],
  names: ReadonlyMap<MigrationFinding, string>,
): Migration {
  const last = migrations.at(-1) ?? migrations[0];
  const owners = migrations.flatMap((one) => one.services);
  const reversible = migrations.every((one) => one.down === 'yes');
  const open = unknownsOf(migrations);
  return {
    id: names.get(last) ?? kubernetesName(last.id),
    service: owners.find((name) => services.includes(name)) ?? services[0] ?? 'unknown',
    when,
    up: [...(up ?? [`${TO_BE_WRITTEN}: the command that runs it, as a list`])],
    reversible,
    ...(reversible ? { down: [...(down ?? [`${TO_BE_WRITTEN}: the command that undoes it, as a list`])] } : {}),
    pointOfNoReturn: !reversible && migrations.some(mustWait),
    ...(migrations.length > 1 ? { covers: migrations.map((one) => names.get(one) ?? kubernetesName(one.id)) } : {}),
    ...(open.length === 0
      ? {}
      : {
          compatibility: `${TO_BE_WRITTEN}: can the version that runs now work with it (${open.join('; ')})? Say so, and correct when`,
        }),
  };
}

const unknownsOf = (migrations: readonly MigrationFinding[]): string[] =>
  migrations.flatMap(({ operations }) => operations.filter((one) => one.effect === 'unknown').map((one) => one.text));

function notesOf(run: PlannedRun, names: ReadonlyMap<MigrationFinding, string>): readonly string[] {
  const several = run.migrations.length > 1;
  return [
    commandNote(run),
    ...(several ? [`one Job for ${run.migrations.map((one) => names.get(one)).join(', ')}`] : []),
    ...(run.mixed ? [mixedSentence(run)] : []),
    ...run.migrations.flatMap((finding) => {
      const of = several ? `${names.get(finding)}: ` : '';
      const down = { yes: [], lossy: ['undoing it loses data'], no: ['it cannot be undone'] }[finding.down];
      return [
        ...finding.operations.map(({ effect, text, line }) => `${of}${effect}: ${text} (line ${line})`),
        ...down.map((text) => `${of}${finding.downNote === undefined ? text : `${text}: ${finding.downNote}`}`),
        ...(finding.conflicts ?? []).map((text) => `${of}order: ${text}`),
      ];
    }),
  ];
}

/** Why no place is right for a run, and the way out. */
export function mixedSentence({ migrations }: PlannedRun): string {
  const waiting = migrations.filter(mustWait);
  const needed = migrations.filter((one) => !mustWait(one));
  const harm = (one: MigrationFinding) =>
    one.operations.find(({ effect }) => effect === 'breaks' || effect === 'destroys')?.text ?? 'hurts';
  const list = (ones: readonly MigrationFinding[]) => ones.map(({ id }) => id).join(', ');
  const what =
    needed.length === 0
      ? 'the version that runs now needs it as it was, and the new one needs it as it becomes'
      : `it runs together with ${list(needed)}, which the new version needs first`;
  return `two releases (expand, then contract): ${waiting.map((one) => `${one.id} ${harm(one)}`).join(', ')}, and ${what}; move ${list(waiting)} to a release after this one`;
}

/** Of each command whether it is only suggested, or still to be written: the two are never said of the same one. */
function commandNote({ migrations, commands: { up, down } }: PlannedRun): string {
  const reversible = migrations.every((one) => one.down === 'yes');
  const needed = [['up', up] as const, ...(reversible ? [['down', down] as const] : [])];
  const names = (list: typeof needed): string => list.map(([name]) => name).join(' and ');
  const suggested = needed.filter(([, command]) => command !== undefined);
  const open = needed.filter(([, command]) => command === undefined);
  const { tool } = migrations[0];
  const runs = migrationTool(tool)?.runs ?? 'one';
  return [
    runs === 'one' ? tool : `${tool}, which runs ${RUNS[runs]}`,
    ...(suggested.length === 0
      ? []
      : [`${names(suggested)} is the usual command of the tool, and only a suggestion: check it`]),
    ...(open.length === 0 ? [] : [`${names(open)} to be written by you: relctl knows no usual command`]),
  ].join('; ');
}

const RUNS = { through: 'all that are pending up to the one that it names', all: 'all that are pending' } as const;
