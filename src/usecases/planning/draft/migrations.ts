import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import type { Impact, MigrationFinding, Seen } from '../../../evidence/impact/findings.ts';
import type { Migration } from '../../../plan/spec.ts';

/** A migration of the draft with where it was seen and what to look at. */
export interface DraftedMigration {
  readonly migration: Migration;
  readonly seen: Seen;
  readonly notes: readonly string[];
}

/** The new migrations as Jobs of the deployment, in the order in which their tools run them. */
export function draftMigrations(impact: Impact, services: readonly string[]): readonly DraftedMigration[] {
  const taken = new Set<string>();
  return impact.migrations
    .filter((finding) => finding.change === 'added')
    .toSorted((a, b) => (a.tool === b.tool && a.id !== b.id ? (a.id < b.id ? -1 : 1) : 0))
    .map((finding) => ({
      migration: draftMigration(finding, services, taken),
      seen: finding.seen,
      notes: notesOf(finding),
    }));
}

/** The name under which a migration stands in a plan: a Kubernetes name, because its Job bears it. */
export function migrationName(id: string): string {
  const name = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name.slice(0, 53).replace(/-+$/, '') || 'migration';
}

function draftMigration(finding: MigrationFinding, services: readonly string[], taken: Set<string>): Migration {
  const { up, down } = COMMANDS[finding.tool]?.(finding) ?? {};
  const breaks = finding.operations.some((operation) => operation.effect === 'breaks');
  const destroys = finding.operations.some((operation) => operation.effect === 'destroys');
  const reversible = finding.down === 'yes';
  let id = migrationName(finding.id);
  for (let n = 2; taken.has(id); n += 1) id = `${migrationName(finding.id).slice(0, 50)}-${n}`;
  taken.add(id);
  return {
    id,
    service: finding.services.find((name) => services.includes(name)) ?? services[0] ?? 'unknown',
    // What the running version cannot work with must wait until it is gone.
    when: breaks || destroys ? 'after-rollout' : 'before-canary',
    up: up ?? [`${TO_BE_WRITTEN}: the command that runs it, as a list`],
    reversible,
    ...(reversible ? { down: down ?? [`${TO_BE_WRITTEN}: the command that undoes it, as a list`] } : {}),
    pointOfNoReturn: !reversible && (breaks || destroys),
  };
}

function notesOf(finding: MigrationFinding): readonly string[] {
  const notes = finding.operations.map(({ effect, text, line }) => `${effect}: ${text} (line ${line})`);
  const down = { yes: [], lossy: ['its way down loses data'], no: ['it has no way down'] }[finding.down];
  return [
    commandNote(finding),
    ...notes,
    ...down.map((text) => (finding.downNote === undefined ? text : `${text}: ${finding.downNote}`)),
  ];
}

/** Of each command whether it is only suggested, or still to be written: the two are never said of the same one. */
function commandNote(finding: MigrationFinding): string {
  const { up, down } = COMMANDS[finding.tool]?.(finding) ?? {};
  const needed = [['up', up] as const, ...(finding.down === 'yes' ? [['down', down] as const] : [])];
  const names = (list: typeof needed): string => list.map(([name]) => name).join(' and ');
  const suggested = needed.filter(([, command]) => command !== undefined);
  const open = needed.filter(([, command]) => command === undefined);
  return [
    finding.tool,
    ...(suggested.length === 0
      ? []
      : [`${names(suggested)} as the tool is usually called, which is only a suggestion: check it`]),
    ...(open.length === 0 ? [] : [`${names(open)} for a person to write: relctl knows no usual command`]),
  ].join('; ');
}

type Commands = { readonly up?: string[]; readonly down?: string[] };

/**
 * The usual commands of the tools, from their documentation, where one command does it without anything that only the
 * repository knows (a data source, a database URL).
 */
const COMMANDS: Partial<Record<MigrationFinding['tool'], (finding: MigrationFinding) => Commands>> = {
  prisma: () => ({ up: ['npx', 'prisma', 'migrate', 'deploy'] }),
  knex: ({ seen }) => ({
    up: ['npx', 'knex', 'migrate:up', fileName(seen.file)],
    down: ['npx', 'knex', 'migrate:down', fileName(seen.file)],
  }),
  sequelize: ({ seen }) => ({
    up: ['npx', 'sequelize-cli', 'db:migrate', '--to', fileName(seen.file)],
    down: ['npx', 'sequelize-cli', 'db:migrate:undo', '--name', fileName(seen.file)],
  }),
  drizzle: () => ({ up: ['npx', 'drizzle-kit', 'migrate'] }),
  rails: ({ seen }) => versioned(/^(\d+)_/.exec(fileName(seen.file))?.[1]),
  django: ({ seen }) => {
    const [, app, name] = /([^/]+)\/migrations\/([^/]+)\.py$/.exec(seen.file) ?? [];
    return app === undefined || name === undefined ? {} : { up: ['python', 'manage.py', 'migrate', app, name] };
  },
  alembic: ({ id }) => ({ up: ['alembic', 'upgrade', id], down: ['alembic', 'downgrade', `${id}-1`] }),
  flyway: () => ({ up: ['flyway', 'migrate'] }),
  liquibase: () => ({ up: ['liquibase', 'update'] }),
  dbmate: () => ({ up: ['dbmate', 'migrate'], down: ['dbmate', 'rollback'] }),
  diesel: () => ({ up: ['diesel', 'migration', 'run'], down: ['diesel', 'migration', 'revert'] }),
  laravel: () => ({ up: ['php', 'artisan', 'migrate', '--force'] }),
  ecto: () => ({ up: ['mix', 'ecto.migrate'], down: ['mix', 'ecto.rollback'] }),
};

function versioned(version: string | undefined): Commands {
  return version === undefined
    ? {}
    : {
        up: ['bin/rails', 'db:migrate:up', `VERSION=${version}`],
        down: ['bin/rails', 'db:migrate:down', `VERSION=${version}`],
      };
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
