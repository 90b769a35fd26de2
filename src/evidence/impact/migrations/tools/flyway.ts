import { byNumber, type MigrationTool, numberConflicts } from '../tool.ts';
import { judgeScript } from './sql-script.ts';

const VERSIONED = /^([VUB])(\d[\d._]*)__(.+)$/;
/** Flyway compares versions part by part, and takes an underscore for a dot. */
const versionOf = (id: string): string | undefined => VERSIONED.exec(id)?.[2]?.replaceAll('_', '.');

/** Flyway (documentation.red-gate.com/flyway): `migrate` runs all that are pending, with `-target` up to a version. */
export const flyway: MigrationTool = {
  name: 'flyway',
  runs: 'through',
  readsSiblings: true,
  recognise({ extension, stem, folder, text }) {
    const isCode = /^\.(java|kt)$/.test(extension);
    if (isCode) return /^[VR]\d*[\d._]*__\w+$/.test(stem) && /JavaMigration/.test(text) ? [{ id: stem }] : undefined;
    if (extension !== '.sql') return undefined;
    const match = VERSIONED.exec(stem);
    if (match !== null)
      return [{ id: stem, isDown: match[1] === 'U', downFiles: [`${folder}/U${match[2]}__${match[3]}.sql`] }];
    return /^R__.+$/.test(stem) ? [{ id: stem }] : undefined;
  },
  judge: judgeScript,
  commands: ({ migrations }) => {
    const [first, last] = [versionOf(migrations[0].id), versionOf(migrations.at(-1)?.id ?? '')];
    return {
      // Repeatable migrations run behind all versions.
      up: last === undefined ? ['flyway', 'migrate'] : ['flyway', 'migrate', `-target=${last}`],
      ...(first === undefined ? {} : { down: ['flyway', 'undo', `-target=${first}`] }),
    };
  },
  compare: ({ id: a }, { id: b }) => {
    const [one, other] = [versionOf(a), versionOf(b)];
    if (one === undefined || other === undefined)
      return Number(one === undefined) - Number(other === undefined) || byNumber(a, b);
    return byNumber(one, other) || byNumber(a, b);
  },
  conflicts: (history) =>
    numberConflicts(
      history,
      versionOf,
      'Flyway passes over it or fails, unless outOfOrder is set; give it a higher number',
    ),
};
