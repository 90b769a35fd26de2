import { judgePhp } from '../other-languages.ts';
import type { MigrationTool } from '../tool.ts';

/** Laravel (laravel.com/docs/migrations): `--path` names the one file that is run. */
export const laravel: MigrationTool = {
  name: 'laravel',
  runs: 'one',
  recognise: ({ path, stem }) =>
    /(^|\/)migrations?\/\d{4}_\d{2}_\d{2}_\d{6}_\w+\.php$/.test(path) ? [{ id: stem }] : undefined,
  judge: ({ text }) => judgePhp(text),
  commands: ({ migrations: [{ seen }] }) => {
    // Artisan takes the path from the root of the application.
    const path = `--path=${/(?:^|\/)(database\/.*)$/.exec(seen.file)?.[1] ?? seen.file}`;
    return {
      up: ['php', 'artisan', 'migrate', '--force', path],
      down: ['php', 'artisan', 'migrate:rollback', '--force', path],
    };
  },
};

/** Doctrine (doctrine-project.org/projects/doctrine-migrations): `execute` runs the one version that it names. */
export const doctrine: MigrationTool = {
  name: 'doctrine',
  runs: 'one',
  recognise: ({ stem, extension, text }) =>
    extension === '.php' && /AbstractMigration/.test(text) && /^Version\d{14}$/.test(stem) ? [{ id: stem }] : undefined,
  judge: ({ text }) => judgePhp(text),
};

/** Phinx (book.cakephp.org/phinx): `-t` runs all that are pending up to a version. */
export const phinx: MigrationTool = {
  name: 'phinx',
  runs: 'through',
  recognise: ({ stem, extension, text }) =>
    extension === '.php' && /AbstractMigration/.test(text) && /^\d{14}_\w+$/.test(stem) ? [{ id: stem }] : undefined,
  judge: ({ text }) => judgePhp(text),
  commands: ({ migrations }) => ({
    up: ['vendor/bin/phinx', 'migrate', '-t', (migrations.at(-1) ?? migrations[0]).id.slice(0, 14)],
  }),
};
