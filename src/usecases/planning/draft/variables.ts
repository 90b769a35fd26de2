import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import { settingIn } from '../../../domain/readiness/variable-sources.ts';
import type { Impact, Seen, VariableFinding } from '../../../evidence/impact/findings.ts';
import type { EnvironmentName } from '../../../plan/config.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { KeyedRef } from '../../../ports/cluster.ts';
import type { Manifests } from '../facts/manifests.ts';

/** An environment variable of the draft with where it was seen. */
export interface DraftedVariable {
  readonly variable: Spec['environmentVariables'][number];
  /** Objects that it is read from and that somebody has to provide: a ConfigMap of the manifests is none of them. */
  readonly objects: readonly (KeyedRef & { readonly environment: EnvironmentName })[];
  readonly seen: readonly Seen[];
  readonly note: string;
}

const ENVIRONMENTS: readonly EnvironmentName[] = ['staging', 'production'];

/** True for a finding that belongs among the new environment variables of a plan. */
export function isNewVariable(finding: VariableFinding): boolean {
  return finding.change === 'added' && !finding.buildTime;
}

/**
 * The new environment variables, with where each gets its value from and in which environments the candidate's manifests set it.
 * @param services names of the services that ship
 */
export async function draftVariables(
  impact: Impact,
  manifestsAt: Manifests,
  services: readonly string[],
): Promise<readonly DraftedVariable[]> {
  const found = impact.environmentVariables.filter(isNewVariable);
  if (found.length === 0) return [];
  return Promise.all(
    found.map(async (finding) => {
      const named = finding.services.filter((name) => services.includes(name));
      const users = named.length > 0 ? named : services;
      const settings = (
        await Promise.all(ENVIRONMENTS.map((environment) => settingOf(manifestsAt, environment, users, finding.name)))
      ).filter((one) => one !== undefined);
      // What production says goes before what staging says.
      const source = settings.at(-1)?.source;
      const secret = finding.secret || source?.startsWith('Secret ') === true;
      return {
        variable: {
          name: finding.name,
          services: [...users],
          secret,
          source:
            source ??
            `${TO_BE_WRITTEN}: where its value comes from, such as ${secret ? 'a Secret or a vault path' : 'a ConfigMap'}; never the value`,
          setIn: settings.map(({ environment }) => environment),
        },
        objects: settings.flatMap(({ environment, from, held }) =>
          from === undefined || (held && from.kind === 'ConfigMap') ? [] : [{ ...from, environment }],
        ),
        seen: finding.seen,
        note: finding.required ? 'read without a default' : 'has a default',
      };
    }),
  );
}

/** Where one of the services gets a variable from in an environment: a name is told, never the value. */
async function settingOf(
  manifestsAt: Manifests,
  environment: EnvironmentName,
  services: readonly string[],
  variable: string,
) {
  for (const service of services) {
    const { objects, workload, container } = await manifestsAt.of(environment, service);
    const setting = container === undefined ? undefined : settingIn(workload, objects, container, variable);
    if (setting?.state !== 'set') continue;
    const { from, held } = setting;
    return {
      environment,
      from,
      held,
      source: from === undefined ? `${workload?.kind} ${workload?.metadata.name}` : `${from.kind} ${from.name}`,
    };
  }
  return undefined;
}
