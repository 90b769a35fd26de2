import { judgeRuby } from '../ruby.ts';
import type { MigrationTool } from '../tool.ts';

const PLACE = /(^|\/)db\/(\w*_)?(migrate|data)\/\d+_[\w.]+\.rb$/;

/** Rails (guides.rubyonrails.org/active_record_migrations.html): `db:migrate:up` runs one version. */
export const rails: MigrationTool = {
  name: 'rails',
  runs: 'one',
  recognise: ({ path, stem }) => (PLACE.test(path) ? [{ id: stem }] : undefined),
  judge: ({ text }) => judgeRuby(text),
  commands: ({ migrations: [{ id }] }) => {
    const version = /^(\d+)_/.exec(id)?.[1];
    const call = (task: string) => ['bin/rails', task, `VERSION=${version}`];
    return version === undefined ? {} : { up: call('db:migrate:up'), down: call('db:migrate:down') };
  },
};
