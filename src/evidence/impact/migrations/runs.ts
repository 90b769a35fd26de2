import type { MigrationFinding } from '../findings.ts';
import { folderOf } from '../paths.ts';
import { MIGRATION_TOOLS, migrationTool } from './registry.ts';
import { byNumber, type Commands, type MigrationRun, type MigrationTool } from './tool.ts';

/** One Job of a release: what one command runs, and where in the rollout it may run. */
export interface PlannedRun extends MigrationRun {
  readonly when: 'before-canary' | 'after-rollout';
  readonly commands: Commands;
  /** True when no place in one release is right for all of it: the way out is two releases, expand and then contract. */
  readonly mixed: boolean;
}

/**
 * The Jobs that new migrations become, in the order in which they run. A tool that runs all that are pending gets one Job for all
 * of them; one that stops where it is told gets a Job for each, as long as none has to wait for a later one.
 */
export function plannedRuns(
  findings: readonly MigrationFinding[],
  tools: readonly MigrationTool[] = MIGRATION_TOOLS,
): PlannedRun[] {
  const histories = new Map<string, MigrationFinding[]>();
  for (const one of findings.filter(({ change }) => change === 'added')) {
    const key = [one.tool, one.services.join(','), historyOf(one, tools)].join('\0');
    histories.set(key, [...(histories.get(key) ?? []), one]);
  }
  return [...histories.values()].flatMap((history) => {
    const tool = migrationTool(history[0]?.tool ?? '', tools);
    return connected(history).flatMap((part) => runsOf(inOrder(part, tool), tool));
  });
}

function historyOf({ tool, seen }: MigrationFinding, tools: readonly MigrationTool[]): string {
  return (migrationTool(tool, tools)?.historyOf ?? folderOf)(seen.file);
}

/**
 * The parts of a history that do not lead to each other, where each migration says what it comes after: a command that stops at one
 * does not run those of another part.
 */
function connected(history: readonly MigrationFinding[]): MigrationFinding[][] {
  if (history.some(({ after }) => after === undefined)) return [[...history]];
  const parts: MigrationFinding[][] = [];
  for (const one of history) {
    const joined = parts.filter((part) =>
      part.some(({ id, after = [] }) => after.includes(one.id) || one.after?.includes(id) === true),
    );
    const rest = parts.filter((part) => !joined.includes(part));
    parts.splice(0, parts.length, ...rest, [...joined.flat(), one]);
  }
  return parts;
}

/** What comes first stands first: by what each says that it comes after, then by the tool's order of names. */
function inOrder(history: readonly MigrationFinding[], tool: MigrationTool | undefined): MigrationFinding[] {
  const placed = ({ id, seen: { file, line } }: MigrationFinding) => ({ id, file, line });
  const compare = tool?.compare ?? ((a, b) => byNumber(a.id, b.id));
  const left = history.toSorted((a, b) => compare(placed(a), placed(b)));
  const ordered: MigrationFinding[] = [];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ id }) => id));
    // In a circle, which no tool would run, the order of names decides.
    const ready = left.findIndex(({ after = [], id }) => after.every((other) => other === id || !waiting.has(other)));
    ordered.push(...left.splice(Math.max(0, ready), 1));
  }
  return ordered;
}

/** True for a migration that must wait until the version that runs now is gone. */
export const mustWait = ({ operations }: MigrationFinding): boolean =>
  operations.some(({ effect }) => effect === 'breaks' || effect === 'destroys');

/**
 * True for what hurts wherever it runs: the version that runs now needs the old name, or does not fill the new column, and the new
 * version needs what it becomes.
 */
const hurtsAnywhere = ({ operations }: MigrationFinding): boolean =>
  operations.some(({ effect, text }) => effect === 'breaks' && /^(renames|moves|adds the required)\b/.test(text));

function runsOf(ordered: readonly MigrationFinding[], tool: MigrationTool | undefined): PlannedRun[] {
  const each = () => ordered.map((one) => run([one], tool));
  if (tool === undefined || tool.runs === 'one') return each();
  const firstWaiting = ordered.findIndex(mustWait);
  const lastNeeded = ordered.findLastIndex((one) => !mustWait(one));
  if (tool.runs === 'all') return ordered.length < 2 ? each() : [run(ordered, tool)];
  if (firstWaiting === -1 || lastNeeded < firstWaiting) return each();
  return [
    ...ordered.slice(0, firstWaiting).map((one) => run([one], tool)),
    run(ordered.slice(firstWaiting, lastNeeded + 1), tool),
    ...ordered.slice(lastNeeded + 1).map((one) => run([one], tool)),
  ];
}

function run(list: readonly MigrationFinding[], tool: MigrationTool | undefined): PlannedRun {
  const migrations = list as readonly [MigrationFinding, ...MigrationFinding[]];
  const needed = list.some((one) => !mustWait(one));
  return {
    migrations,
    when: needed ? 'before-canary' : 'after-rollout',
    mixed: list.some(hurtsAnywhere) || (needed && list.some(mustWait)),
    commands: tool?.commands?.({ migrations }) ?? {},
  };
}
