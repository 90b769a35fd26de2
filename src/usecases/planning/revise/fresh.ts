import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { EnvironmentName } from '../../../plan/config.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { Context } from '../../release/context.ts';
import { newAlerts } from '../draft/draft-document.ts';
import { type DraftedMigration, draftMigrations, plannedNames } from '../draft/migrations.ts';
import { type DraftedResource, draftResources } from '../draft/resources.ts';
import { type DraftedVariable, draftVariables } from '../draft/variables.ts';
import type { Manifests } from '../facts/manifests.ts';

/** What a draft of today would hold and the plan does not. */
export interface Fresh {
  readonly variables: readonly DraftedVariable[];
  /** What the manifests tell by now of variables that stand in the plan. */
  readonly settings: readonly VariableSetting[];
  readonly migrations: readonly DraftedMigration[];
  readonly resources: readonly DraftedResource[];
  readonly alerts: Spec['alerts'];
}

/** What is to be set of a variable of the plan: only what nobody has written yet. */
export interface VariableSetting {
  /** Its place in the list. */
  readonly index: number;
  readonly name: string;
  readonly source?: string;
  readonly secret?: true;
  /** All environments: those that the plan names, and those in which the manifests set it too. */
  readonly setIn?: readonly EnvironmentName[];
}

/**
 * What the difference and the candidate's manifests bring that a plan does not name.
 * @param services names of the services that ship
 */
export async function freshOf(
  { config }: Pick<Context, 'config'>,
  spec: Spec,
  impact: Impact,
  manifests: Manifests,
  services: readonly string[],
): Promise<Fresh> {
  const drafted = await draftVariables(impact, manifests, services);
  const resources = await draftResources(impact, config, manifests, drafted);
  return {
    variables: drafted.filter(({ variable }) => !spec.environmentVariables.some((one) => one.name === variable.name)),
    settings: drafted.flatMap((one) => settingOf(spec, one)),
    migrations: draftMigrations(impact, services, plannedNames(spec.migrations)),
    resources: resources.filter(({ resource }) => !spec.resources.some((one) => isSame(one, resource))),
    alerts: newAlerts(impact, services).filter((alert) => !spec.alerts.some((one) => one.name === alert.name)),
  };
}

function settingOf(spec: Spec, { variable: { name, source, secret, setIn } }: DraftedVariable): VariableSetting[] {
  const index = spec.environmentVariables.findIndex((one) => one.name === name);
  const planned = spec.environmentVariables[index];
  if (planned === undefined) return [];
  const isOpen = planned.source === undefined || planned.source.includes(TO_BE_WRITTEN);
  const isFound = source !== undefined && !source.includes(TO_BE_WRITTEN);
  const isNew = setIn.some((one) => !planned.setIn.includes(one));
  if (!isNew && !(isOpen && isFound)) return [];
  return [
    {
      index,
      name,
      ...(isOpen && isFound ? { source } : {}),
      ...(isOpen && isFound && secret && !planned.secret ? { secret: true } : {}),
      ...(isNew
        ? { setIn: (['staging', 'production'] as const).filter((one) => [...planned.setIn, ...setIn].includes(one)) }
        : {}),
    },
  ];
}

/** People may call a resource as they like: it is the same when it is the same object. */
function isSame(
  planned: Spec['resources'][number],
  { name, environment, object }: DraftedResource['resource'],
): boolean {
  if (planned.environment !== environment) return false;
  const [one, other] = [planned.object, object];
  return planned.name === name || (one !== undefined && one.kind === other?.kind && one.name === other.name);
}

/** What the manifests tell of a variable, as a part of a sentence. */
export function settingSentence({ source, setIn }: Pick<VariableSetting, 'source' | 'setIn'>): string {
  return [
    ...(setIn === undefined ? [] : [`the candidate's manifests set it in ${setIn.join(' and ')}`]),
    ...(source === undefined ? [] : [`it comes from ${source}`]),
  ].join('; ');
}
