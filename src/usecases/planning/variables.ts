import { TO_BE_WRITTEN } from '../../domain/plan-check.ts';
import type { Impact, Seen, VariableFinding } from '../../evidence/impact/findings.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import type { Spec } from '../../plan/spec.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Manifests } from './manifests.ts';

/** An environment variable of the draft with where it was seen. */
export interface DraftedVariable {
  readonly variable: Spec['environmentVariables'][number];
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
  const manifests = new Map<string, readonly KubeObject[]>();
  for (const environment of ENVIRONMENTS) {
    for (const name of services) {
      const { objects } = await manifestsAt.of(environment, name);
      manifests.set(`${environment}/${name}`, objects);
    }
  }
  return found.map((finding) => {
    const named = finding.services.filter((name) => services.includes(name));
    const users = named.length > 0 ? named : services;
    const sources = ENVIRONMENTS.map((environment) =>
      users
        .map((name) => sourceIn(manifests.get(`${environment}/${name}`) ?? [], finding.name))
        .find((source) => source !== undefined),
    );
    const source = sources[1] ?? sources[0];
    const secret = finding.secret || source?.startsWith('Secret ') === true;
    return {
      variable: {
        name: finding.name,
        services: [...users],
        secret,
        source:
          source ??
          `${TO_BE_WRITTEN}: where its value comes from, such as ${secret ? 'a Secret or a vault path' : 'a ConfigMap'}; never the value`,
        setIn: ENVIRONMENTS.filter((_, index) => sources[index] !== undefined),
      },
      seen: finding.seen,
      note: finding.required ? 'read without a default' : 'has a default',
    };
  });
}

interface EnvEntry {
  readonly name?: string;
  readonly value?: unknown;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name?: string };
    readonly configMapKeyRef?: { readonly name?: string };
  };
}
interface EnvFrom {
  readonly configMapRef?: { readonly name?: string };
  readonly secretRef?: { readonly name?: string };
}
interface PodSpec {
  readonly containers?: readonly { readonly env?: readonly EnvEntry[]; readonly envFrom?: readonly EnvFrom[] }[];
}

/** Where a variable's value comes from in manifests: its name is told, never the value. */
function sourceIn(objects: readonly KubeObject[], variable: string): string | undefined {
  for (const object of objects) {
    const template = (object.spec as { template?: { spec?: PodSpec } } | undefined)?.template?.spec;
    for (const container of template?.containers ?? []) {
      const entry = container.env?.find((one) => one.name === variable);
      if (entry !== undefined) {
        const secret = entry.valueFrom?.secretKeyRef?.name;
        const map = entry.valueFrom?.configMapKeyRef?.name;
        if (secret !== undefined) return `Secret ${secret}`;
        return map === undefined ? `${object.kind} ${object.metadata.name}` : `ConfigMap ${map}`;
      }
      for (const from of container.envFrom ?? []) {
        const [kind, name] =
          from.secretRef === undefined ? ['ConfigMap', from.configMapRef?.name] : ['Secret', from.secretRef.name];
        const holds = objects.some((one) => one.kind === kind && one.metadata.name === name && hasKey(one, variable));
        if (holds) return `${kind} ${name}`;
      }
    }
  }
  return undefined;
}

function hasKey(object: KubeObject, key: string): boolean {
  return [object.data, object.stringData].some(
    (data) => typeof data === 'object' && data !== null && Object.hasOwn(data, key),
  );
}
