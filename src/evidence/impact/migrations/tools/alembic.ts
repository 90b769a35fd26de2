import { judgeAlembic } from '../alembic.ts';
import { type MigrationTool, severalHeads } from '../tool.ts';

/** Alembic (alembic.sqlalchemy.org): revisions are a chain by `down_revision`; `upgrade` runs all that lead to the one it names. */
export const alembic: MigrationTool = {
  name: 'alembic',
  runs: 'through',
  readsSiblings: true,
  recognise({ extension, text }) {
    if (extension !== '.py' || !/^def upgrade\b/m.test(text)) return undefined;
    const id = /^revision\s*(?::[^=\n]*)?=\s*u?["']([^"']+)["']/m.exec(text)?.[1];
    const down = /^down_revision\s*(?::[^=\n]*)?=\s*(\([^)]*\)|\[[^\]]*\]|[^\n]*)/m.exec(text)?.[1];
    if (id === undefined || down === undefined) return undefined;
    return [{ id, after: [...down.matchAll(/["']([^"']+)["']/g)].map((match) => match[1] ?? '') }];
  },
  judge: ({ text }) => judgeAlembic(text),
  commands: ({ migrations }) => {
    const [first, last] = [migrations[0], migrations.at(-1) ?? migrations[0]];
    // A merge of two heads has no one revision to go back to.
    const back = (first.after?.length ?? 0) > 1 ? undefined : (first.after?.[0] ?? 'base');
    return {
      up: ['alembic', 'upgrade', last.id],
      ...(back === undefined ? {} : { down: ['alembic', 'downgrade', back] }),
    };
  },
  conflicts: (history) => severalHeads(history, 'join them with `alembic merge heads`, or chain one behind the other'),
};
