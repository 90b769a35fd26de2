import type { MigrationFinding } from '../findings.ts';
import type { TwoSided } from '../two-sided.ts';
import { type Judgement, judgeMigration } from './judge.ts';
import { readChangeSets } from './liquibase.ts';
import { type Exists, recogniseMigration } from './recognise.ts';

interface Known {
  readonly id: string;
  readonly tool: MigrationFinding['tool'];
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly judgement: Judgement;
}

/**
 * Migrations that the difference brings, edits or drops. They are compared by tool and id, so that a file which only moved is
 * no migration, and a change set that was appended to an old changelog is one.
 */
export function compareMigrations(
  files: readonly TwoSided[],
  existsAtHead: Exists,
  existsAtBase: Exists,
  servicesOf: (path: string) => readonly string[],
): MigrationFinding[] {
  const before = new Map<string, Known>();
  const after = new Map<string, Known>();
  for (const file of files) {
    for (const known of migrationsIn(file.oldPath, file.oldText, existsAtBase)) before.set(keyOf(known), known);
    for (const known of migrationsIn(file.newPath, file.newText, existsAtHead)) after.set(keyOf(known), known);
  }
  const findings: MigrationFinding[] = [];
  for (const [key, now] of after) {
    const old = before.get(key);
    if (old === undefined) findings.push(finding(now, 'added', servicesOf));
    else if (normal(old.text) !== normal(now.text)) findings.push(finding(now, 'changed', servicesOf));
  }
  for (const [key, old] of before) if (!after.has(key)) findings.push(finding(old, 'removed', servicesOf));
  return findings.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

const keyOf = (known: Known) => `${known.tool}\0${known.id}`;
const normal = (text: string) => text.replace(/\s+/g, ' ').trim();

function migrationsIn(path: string | undefined, text: string | undefined, exists: Exists): Known[] {
  if (path === undefined || text === undefined) return [];
  const changeSets = readChangeSets(path, text);
  if (changeSets !== undefined) {
    return changeSets.map(({ id, line, text: own, ...judgement }) => ({
      id,
      tool: 'liquibase' as const,
      file: path,
      line,
      text: own,
      judgement,
    }));
  }
  const file = recogniseMigration(path, text, exists);
  if (file === undefined || file.isDown) return [];
  return [
    { id: file.id, tool: file.tool, file: path, line: 1, text, judgement: judgeMigration(file, path, text, exists) },
  ];
}

function finding(
  known: Known,
  change: MigrationFinding['change'],
  servicesOf: (path: string) => readonly string[],
): MigrationFinding {
  const { operations, hasDown, downNote } = known.judgement;
  const losses = operations.filter((operation) => operation.effect === 'destroys');
  const note =
    downNote ?? (losses[0] && `undoing it does not bring back what it ${losses[0].text.replace(/^(\w+)s /, '$1ed ')}`);
  return {
    id: known.id,
    tool: known.tool,
    change,
    services: servicesOf(known.file),
    operations,
    down: hasDown ? (losses.length > 0 ? 'lossy' : 'yes') : 'no',
    ...(note === undefined ? {} : { downNote: note }),
    seen: { file: known.file, line: known.line, side: change === 'removed' ? 'base' : 'head' },
  };
}
