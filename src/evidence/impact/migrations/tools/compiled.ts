import { judgeDotnet, judgeElixir } from '../other-languages.ts';
import type { MigrationTool } from '../tool.ts';

/** Ecto (hexdocs.pm/ecto_sql): `--to` runs all that are pending up to a version, and undoes down to one. */
export const ecto: MigrationTool = {
  name: 'ecto',
  runs: 'through',
  recognise: ({ path, stem }) =>
    /(^|\/)priv\/[^/]+\/migrations\/\d+_\w+\.exs$/.test(path) ? [{ id: stem }] : undefined,
  judge: ({ text }) => judgeElixir(text),
  commands: ({ migrations }) => {
    const version = (id: string) => /^\d+/.exec(id)?.[0] ?? '';
    return {
      up: ['mix', 'ecto.migrate', '--to', version((migrations.at(-1) ?? migrations[0]).id)],
      down: ['mix', 'ecto.rollback', '--to', version(migrations[0].id)],
    };
  },
};

/** Migrations of Ecto that are compiled into the program, such as those of each tenant's database: the program itself runs them, by `Ecto.Migrator`. */
export const ectoInCode: MigrationTool = {
  name: 'ecto-in-code',
  runs: 'all',
  recognise: ({ path, stem, text }) =>
    /(^|\/)migrations\/\d+_\w+\.exs?$/.test(path) && /^[ \t]*use Ecto\.Migration\b/m.test(text)
      ? [{ id: stem }]
      : undefined,
  judge: ({ text }) => judgeElixir(text),
};

/** EF Core (learn.microsoft.com/ef/core/cli/dotnet): `database update NAME` goes to the migration that it names, up or down. */
export const efCore: MigrationTool = {
  name: 'ef-core',
  runs: 'through',
  recognise: ({ extension, stem, text }) =>
    extension === '.cs' && /^\d{14}_\w+$/.test(stem) && /:\s*Migration\b/.test(text) ? [{ id: stem }] : undefined,
  judge: ({ text }) => judgeDotnet(text),
  commands: ({ migrations }) => ({
    up: ['dotnet', 'ef', 'database', 'update', (migrations.at(-1) ?? migrations[0]).id],
    ...(migrations[0].previous === undefined
      ? {}
      : { down: ['dotnet', 'ef', 'database', 'update', migrations[0].previous] }),
  }),
};
