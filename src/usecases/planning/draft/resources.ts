import { identityOf } from '../../../domain/kubernetes/applied-objects.ts';
import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import type { Impact, ResourceFinding, Seen } from '../../../evidence/impact/findings.ts';
import type { Config, EnvironmentName } from '../../../plan/config.ts';
import { manifestPaths } from '../../../plan/source-settings.ts';
import type { Manifests } from '../facts/manifests.ts';
import type { DraftedVariable } from './variables.ts';
import type { Written } from './written.ts';

/** Something that Operations must provide before the deployment. */
export interface DraftedResource {
  readonly resource: Written<'resources'>;
  readonly seen: readonly Seen[];
  readonly note: string;
}

const ENVIRONMENTS = ['staging', 'production'] as const;

/**
 * What Operations pre-provisions: new objects that relctl itself does not apply, whatever file names them, and the Secrets and ConfigMaps
 * that new variables are read from.
 */
export async function draftResources(
  impact: Impact,
  config: Config,
  manifests: Pick<Manifests, 'applied'>,
  variables: readonly DraftedVariable[],
): Promise<readonly DraftedResource[]> {
  const found = impact.resources.filter((one) => one.change === 'added' && !isApplied(one.seen.file, config));
  const drafted = await Promise.all(
    ENVIRONMENTS.map(async (environment) => {
      const applied = await manifests.applied(environment);
      return new Map(
        found.flatMap((one) => (applied.has(titleOf(one)) ? [] : [[one, resourceOf(one, environment)] as const])),
      );
    }),
  );
  return [...found.flatMap((one) => drafted.flatMap((of) => of.get(one) ?? [])), ...objectsOf(variables)];
}

function titleOf({ kind, apiVersion = '', name }: ResourceFinding): string {
  return identityOf({ kind, apiVersion, metadata: { name } });
}

/** True for a file below the manifests of a service: `stage` and `deploy` apply it. */
function isApplied(file: string, config: Config): boolean {
  return Object.values(config.services)
    .flatMap(({ manifests }) => manifestPaths(manifests ?? config.manifests))
    .some((path) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`));
}

function resourceOf(finding: ResourceFinding, environment: EnvironmentName): DraftedResource {
  const { kind, apiVersion, seen } = finding;
  const title = `${kind} ${finding.name === '' ? `in ${seen.file}` : finding.name}`;
  return {
    resource: {
      name: title,
      environment,
      ...(apiVersion === undefined
        ? { command: [`${TO_BE_WRITTEN}: a command that exits 0 when ${title} is there in ${environment}, as a list`] }
        : {
            object: {
              apiVersion,
              kind,
              name: finding.name === '' ? `${TO_BE_WRITTEN}: its name in ${environment}` : finding.name,
            },
          }),
    },
    seen: [seen],
    note: 'new, and not among the manifests that relctl applies',
  };
}

/** Each object that new variables are read from, once for each environment, with the variables it holds. */
function objectsOf(variables: readonly DraftedVariable[]): readonly DraftedResource[] {
  const read = variables.flatMap((drafted) => drafted.objects.map((object) => ({ ...object, drafted })));
  const titles = [...new Set(read.map(({ kind, name }) => `${kind} ${name}`))];
  return titles.flatMap((title) =>
    ENVIRONMENTS.flatMap((environment): DraftedResource[] => {
      const users = read.filter((one) => `${one.kind} ${one.name}` === title && one.environment === environment);
      const [first] = users;
      if (first === undefined) return [];
      return [
        {
          resource: { name: title, environment, object: { apiVersion: 'v1', kind: first.kind, name: first.name } },
          seen: users.flatMap(({ drafted }) => drafted.seen),
          note: `holds ${users.map(({ drafted }) => drafted.variable.name).join(', ')}`,
        },
      ];
    }),
  );
}
