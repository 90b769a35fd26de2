import { readChangeSets } from '../liquibase.ts';
import { byNumber, type MigrationTool } from '../tool.ts';

/** Liquibase (docs.liquibase.com): change sets run in the order of the changelog; `update-count` runs the next so many. */
export const liquibase: MigrationTool = {
  name: 'liquibase',
  runs: 'through',
  recognise: ({ path, text }) =>
    readChangeSets(path, text)?.map(({ id, line, text: own }) => ({ id, line, text: own })),
  judge({ path, text }, { id }) {
    const found = readChangeSets(path, text)?.find((one) => one.id === id);
    return found ?? { operations: [], hasDown: false, downNote: undefined };
  },
  commands: ({ migrations: { length } }) => ({
    up: ['liquibase', 'update-count', `--count=${length}`],
    down: ['liquibase', 'rollback-count', `--count=${length}`],
  }),
  // The changelogs of a product are included by one, most often all of a folder by their names.
  compare: (a, b) => byNumber(a.file, b.file) || a.line - b.line,
  historyOf: () => '',
};
