import type { MigrationTool } from '../../src/evidence/impact/migrations/tool.ts';

/** A migration tool as somebody outside of relctl would add it: versioned HCL files that one command applies up to a version. */
export const atlas: MigrationTool = {
  name: 'atlas',
  runs: 'through',
  endings: ['.hcl'],
  recognise: ({ extension, stem, folder }) =>
    extension === '.hcl' && folder.endsWith('atlas') ? [{ id: stem }] : undefined,
  judge: ({ text }) => ({
    operations: text.includes('drop') ? [{ effect: 'destroys', text: 'drops a table', line: 1 }] : [],
    hasDown: false,
    downNote: undefined,
  }),
  commands: ({ migrations: [first] }) => ({ up: ['atlas', 'migrate', 'apply', '--to-version', first.id] }),
};
