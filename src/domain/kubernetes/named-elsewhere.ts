import type { KubeObject } from '../../ports/cluster.ts';
import { byName } from '../../text/by-name.ts';
import { podTemplateOf } from './pods.ts';

/**
 * Places outside of those where Kubernetes itself reads a name, in which a ConfigMap or Secret is named all the same: annotations of
 * ingresses and reloaders, `resourceNames` of roles, fields of custom resources, arguments and variables of containers. A name there is not
 * followed, because what it means is known only to the program that reads it; so whatever is named there keeps its name.
 */

/** Groups whose fields Kubernetes itself reads. */
const BUILT_IN =
  /^(v1|(apps|batch|policy|autoscaling)\/.*|(networking|rbac\.authorization|storage|scheduling|coordination|gateway\.networking)\.k8s\.io\/.*)$/;
/** Words that the path to such a name has: a label that happens to be the same word has none of them. */
const ABOUT = /secret|config|cert|tls|auth|credential|password|resourceNames/i;
const PLURALS: Readonly<Record<string, string>> = byName({ ConfigMap: 'configmaps', Secret: 'secrets' });

/**
 * Where each ConfigMap and Secret is named so.
 * @returns by `Kind/name`: `Role/web (rules.0.resourceNames.0)`
 */
export function namedElsewhere(objects: readonly KubeObject[]): ReadonlyMap<string, string> {
  const values = objects.filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret');
  const found = new Map<string, string>();
  for (const object of objects) {
    if (values.includes(object)) continue;
    const said = placesOf(object);
    for (const { kind, metadata } of values) {
      const place = said.find(({ value, kinds }) => kinds.includes(kind) && names(value, metadata.name));
      if (place !== undefined) {
        found.set(`${kind}/${metadata.name}`, `${object.kind}/${object.metadata.name} (${place.path})`);
      }
    }
  }
  return found;
}

interface Said {
  readonly path: string;
  readonly value: string;
  readonly kinds: readonly string[];
}

/** The name itself, with its namespace before it, or as the value of a flag; several may be listed. */
function names(value: string, name: string): boolean {
  return value.split(/[,\s]+/).some((word) => word === name || word.endsWith(`/${name}`) || word.endsWith(`=${name}`));
}

function placesOf(object: KubeObject): readonly Said[] {
  const found: Said[] = [];
  const all = Object.keys(PLURALS);
  const take = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      if (ABOUT.test(`${path} ${value.startsWith('-') ? value : ''}`)) found.push({ path, value, kinds: all });
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) take(item, `${path}.${key}`);
    }
  };
  take(object.metadata.annotations, 'metadata.annotations');
  const template = podTemplateOf(object);
  take(template?.metadata?.annotations, 'spec.template.metadata.annotations');
  for (const container of template?.spec?.containers ?? []) {
    const { args, command, env } = container as { args?: unknown; command?: unknown; env?: unknown };
    for (const [key, list] of Object.entries({ args, command })) take(list, `${container.name} ${key}`);
    for (const one of Array.isArray(env) ? (env as readonly { name?: string; value?: unknown }[]) : []) {
      take(one.value, `${container.name} env ${one.name}`);
    }
  }
  const { rules } = object as {
    readonly rules?: readonly { resources?: readonly string[]; resourceNames?: unknown }[];
  };
  if (object.kind === 'Role' || object.kind === 'ClusterRole') {
    for (const [index, { resources = [], resourceNames }] of (rules ?? []).entries()) {
      const kinds = all.filter((kind) => resources.includes(PLURALS[kind] ?? '') || resources.includes('*'));
      for (const value of Array.isArray(resourceNames) ? resourceNames.map(String) : []) {
        found.push({ path: `rules.${index}.resourceNames`, value, kinds });
      }
    }
  }
  if (!BUILT_IN.test(object.apiVersion)) take(object.spec, 'spec');
  return found;
}
