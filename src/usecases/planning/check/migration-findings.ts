import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import { plannedRuns } from '../../../evidence/impact/migrations/runs.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { placeOf } from '../answer/places.ts';
import { migrationNames, mixedSentence } from '../draft/migrations.ts';

/** What the difference says of a plan's migrations that the plan itself does not show. */
export function migrationFindings(plan: ReleasePlan, impact: Impact): readonly PlanFinding[] {
  return [...destroyers(plan, impact), ...disorder(impact)];
}

/** Migrations that lose data and are called reversible: the way down brings the schema back, not what was in it. */
function destroyers({ spec }: ReleasePlan, impact: Impact): readonly PlanFinding[] {
  const names = migrationNames(impact);
  return impact.migrations.flatMap((found): PlanFinding[] => {
    const name = names.get(found) ?? '';
    const index = spec.migrations.findIndex(({ id, covers = [] }) => id === name || covers.includes(name));
    const destroys = found.operations.find((operation) => operation.effect === 'destroys');
    const planned = spec.migrations[index];
    if (destroys === undefined || planned === undefined || planned.pointOfNoReturn || !planned.reversible) return [];
    return [
      {
        code: 'migrations.destroys',
        severity: found.down === 'yes' ? 'warning' : 'error',
        path: ['spec', 'migrations', index, 'reversible'],
        problem: `${planned.id} is called reversible, but it loses data: ${destroys.text} (${found.seen.file}:${destroys.line})`,
        fix: 'set reversible to false and pointOfNoReturn to true, or have its down command bring the data back',
      },
    ];
  });
}

/** Migrations for which no place in one release is right, and histories whose order is not. */
function disorder(impact: Impact): readonly PlanFinding[] {
  const at = (code: string, problem: string, fix: string): PlanFinding => ({
    code,
    severity: 'warning',
    path: ['spec', 'migrations'],
    problem,
    fix,
  });
  return [
    ...plannedRuns(impact.migrations)
      .filter(({ mixed }) => mixed)
      .map((run) =>
        at(
          'migrations.two-releases',
          mixedSentence(run),
          'take what must wait out of this candidate, or say to the board why not',
        ),
      ),
    ...impact.migrations.flatMap((one) =>
      (one.conflicts ?? []).map((text) =>
        at(
          'migrations.order',
          `migrations of ${one.tool} are out of order: ${text} (${placeOf(one.seen)})`,
          'fix it on a branch and build the candidate again',
        ),
      ),
    ),
  ];
}
