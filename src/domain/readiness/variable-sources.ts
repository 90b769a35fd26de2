import type { KeyedRef, KubeObject } from '../../ports/cluster.ts';
import { podTemplateOf } from '../kubernetes/pods.ts';

/** Where a container gets a variable from. */
export type VariableSource =
  /** The pod template sets it itself. */
  | { readonly kind: 'template' }
  /** One key of a ConfigMap or Secret. */
  | { readonly kind: 'key'; readonly from: KeyedRef; readonly key: string }
  /** All keys of one: it is set when this key is there. */
  | { readonly kind: 'all'; readonly from: KeyedRef; readonly key: string };

/** What manifests alone say of a variable. */
export type ManifestSetting =
  /** `from` is the ConfigMap or Secret that it is read from, `held` whether the manifests bring that along. */
  | { readonly state: 'set'; readonly from?: KeyedRef; readonly held: boolean }
  /** It may come from an object that the manifests do not hold: only the cluster knows. */
  | { readonly state: 'unknown' }
  | { readonly state: 'unset'; readonly why: string };

interface NamedRef {
  readonly name?: string;
  readonly key?: string;
}
interface EnvEntry {
  readonly name: string;
  readonly valueFrom?: { readonly configMapKeyRef?: NamedRef; readonly secretKeyRef?: NamedRef };
}
interface EnvFrom {
  readonly prefix?: string;
  readonly configMapRef?: NamedRef;
  readonly secretRef?: NamedRef;
}

/**
 * Where a container of a workload may get a variable from, by the rules of the pod template: an entry of `env` wins over all of
 * `envFrom`, and in that the last source wins. Empty when nothing could set it. Values are never looked at.
 */
export function variableSources(workload: KubeObject, container: string, variable: string): readonly VariableSource[] {
  const found = podTemplateOf(workload)?.spec?.containers?.find((one) => one.name === container);
  const { env = [], envFrom = [] } = (found ?? {}) as { env?: readonly EnvEntry[]; envFrom?: readonly EnvFrom[] };
  const entry = env.findLast((one) => one.name === variable);
  if (entry !== undefined) return [sourceOfEntry(entry)];
  return envFrom.flatMap((one) => sourceOfAll(one, variable)).reverse();
}

function sourceOfEntry({ valueFrom }: EnvEntry): VariableSource {
  const kinds = [
    ['ConfigMap', valueFrom?.configMapKeyRef],
    ['Secret', valueFrom?.secretKeyRef],
  ] as const;
  for (const [kind, ref] of kinds) {
    if (ref !== undefined) return { kind: 'key', from: { kind, name: ref.name ?? '' }, key: ref.key ?? '' };
  }
  // A value, or a field of the pod: both are always there.
  return { kind: 'template' };
}

function sourceOfAll({ prefix = '', configMapRef, secretRef }: EnvFrom, variable: string): readonly VariableSource[] {
  if (!variable.startsWith(prefix)) return [];
  const key = variable.slice(prefix.length);
  const kinds = [
    ['ConfigMap', configMapRef],
    ['Secret', secretRef],
  ] as const;
  return kinds.flatMap(([kind, ref]) =>
    ref === undefined ? [] : [{ kind: 'all' as const, from: { kind, name: ref.name ?? '' }, key }],
  );
}

/** Names of the keys that a ConfigMap or Secret of a manifest has, sorted. */
export function keysOf(object: KubeObject): readonly string[] {
  const parts = [object.data, object.stringData, object.binaryData];
  return [...new Set(parts.flatMap((part) => Object.keys((part ?? {}) as object)))].sort();
}

/** Whether the workload of a service sets a variable of a container, as far as its manifests tell. */
export function settingIn(
  workload: KubeObject | undefined,
  objects: readonly KubeObject[],
  container: string,
  variable: string,
): ManifestSetting {
  const sources = workload === undefined ? [] : variableSources(workload, container, variable);
  const looked: string[] = [];
  let outside = false;
  for (const source of sources) {
    if (source.kind === 'template') return { state: 'set', held: true };
    const { kind, name } = source.from;
    const own = objects.find((one) => one.kind === kind && one.metadata.name === name);
    if (own !== undefined && keysOf(own).includes(source.key)) return { state: 'set', from: source.from, held: true };
    if (own !== undefined) looked.push(`${kind} ${name} has no key ${source.key}`);
    else if (source.kind === 'key') return { state: 'set', from: source.from, held: false };
    else outside = true;
  }
  if (outside) return { state: 'unknown' };
  return { state: 'unset', why: looked.join('; ') || `nothing sets it for container ${container}` };
}
