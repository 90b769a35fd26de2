import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { command } from '../../../text/command-line.ts';
import type { Context } from '../../release/context.ts';
import { placeOf, placesOf } from '../answer/places.ts';
import type { Manifests } from '../facts/manifests.ts';
import { freshOf, settingSentence } from '../revise/fresh.ts';

/** What the candidate brings and the plan does not name: another `plan` would draft it. */
export async function unplannedFindings(
  context: Pick<Context, 'config'>,
  { id, spec }: ReleasePlan,
  impact: Impact,
  manifests: Manifests,
): Promise<readonly PlanFinding[]> {
  const names = spec.services.map((service) => service.name);
  const fresh = await freshOf(context, spec, impact, manifests, names);
  const warning = (kind: string, list: PlanFinding['path'], problem: string): PlanFinding => ({
    code: `unplanned.${kind}`,
    severity: 'warning',
    path: ['spec', ...list],
    problem,
    fix: `${command`relctl plan ${id}`} adds it and leaves what is written as it is`,
  });
  const missing = (kind: string, list: string, name: string, seen: string): PlanFinding =>
    warning(kind, [list], `the ${kind} ${name} is in the candidate, but not in the plan (${seen})`);
  return [
    ...impact.services
      .filter(({ name }) => !names.includes(name))
      .map(({ name, seen }) => missing('service', 'services', name, placeOf(seen))),
    ...fresh.variables.map(({ variable, seen }) =>
      missing('variable', 'environmentVariables', variable.name, placesOf(seen, 1)),
    ),
    ...fresh.settings.map((one) =>
      warning(
        'setting',
        ['environmentVariables', one.index],
        `the plan does not say of ${one.name} that ${settingSentence(one)}`,
      ),
    ),
    ...fresh.migrations.map(({ migration, seen }) => missing('migration', 'migrations', migration.id, placeOf(seen))),
    ...fresh.resources.map(({ resource, seen, note }) =>
      missing('resource', 'resources', `${resource.name} (${resource.environment})`, `${note}; ${placesOf(seen, 1)}`),
    ),
    ...fresh.alerts.map(({ name }) => missing('alert', 'alerts', name, 'a new rule')),
  ];
}
