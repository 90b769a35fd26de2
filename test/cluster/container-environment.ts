import { type KubeApi, KubeApiError, type Resource } from './kube-api.ts';
import type { Container, EnvironmentVariable, KeySource, Pod } from './pod.ts';

/** Why a container cannot be configured; a node reports it as CreateContainerConfigError. */
export class ConfigurationError extends Error {}

type Values = Readonly<Record<string, string>>;

/**
 * The environment that a container's spec asks for: `envFrom`, then `env`, with references to ConfigMaps, Secrets and fields
 * of the pod, and `$(NAME)` replaced by variables that stand before.
 * @throws ConfigurationError when something that is not optional does not exist
 */
export async function containerEnvironment(
  api: KubeApi,
  pod: Pod,
  container: Container,
  address: string,
): Promise<Record<string, string>> {
  const namespace = pod.metadata.namespace ?? 'default';
  const environment: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    const values = source.configMapRef
      ? await keysOf(api, namespace, 'configmap', source.configMapRef)
      : source.secretRef
        ? await keysOf(api, namespace, 'secret', source.secretRef)
        : {};
    for (const [key, value] of Object.entries(values ?? {})) environment[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await variableValue(api, pod, variable, address);
    if (value !== undefined) environment[variable.name] = expand(value, environment);
  }
  return environment;
}

/** Replaces `$(NAME)` by the variable's value where there is one; `$$(NAME)` stays as `$(NAME)`. */
export function expand(text: string, environment: Values): string {
  return text.replace(/\$?\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (match, name: string) =>
    match.startsWith('$$') ? match.slice(1) : (environment[name] ?? match),
  );
}

async function variableValue(
  api: KubeApi,
  pod: Pod,
  variable: EnvironmentVariable,
  address: string,
): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return variable.value ?? '';
  if (from.fieldRef) return fieldOf(pod, from.fieldRef.fieldPath, address);
  const [kind, source] = from.configMapKeyRef
    ? (['configmap', from.configMapKeyRef] as const)
    : (['secret', from.secretKeyRef] as const);
  if (source === undefined) return undefined;
  const namespace = pod.metadata.namespace ?? 'default';
  const value = (await keysOf(api, namespace, kind, source))?.[source.key];
  if (value === undefined && source.optional !== true) {
    throw new ConfigurationError(`couldn't find key ${source.key} in ${kind} ${namespace}/${source.name}`);
  }
  return value;
}

/** Content of a ConfigMap or Secret; `undefined` for one that may be missing and is. Errors: ConfigurationError. */
export async function keysOf(
  api: KubeApi,
  namespace: string,
  kind: 'configmap' | 'secret',
  source: KeySource,
): Promise<Values | undefined> {
  try {
    const object = await api.call<Resource & { data?: Values }>(
      'GET',
      `/api/v1/namespaces/${namespace}/${kind}s/${source.name}`,
    );
    const data = object.data ?? {};
    if (kind === 'configmap') return data;
    return Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v, 'base64').toString('utf8')]));
  } catch (error) {
    if (!(error instanceof KubeApiError) || error.status !== 404) throw error;
    if (source.optional === true) return undefined;
    throw new ConfigurationError(`${kind} "${source.name}" not found`);
  }
}

function fieldOf(pod: Pod, path: string, address: string): string {
  const label = /^metadata\.labels\['(.+)'\]$/.exec(path)?.[1];
  if (label !== undefined) return pod.metadata.labels?.[label] ?? '';
  const fields: Values = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid ?? '',
    'spec.nodeName': pod.spec.nodeName ?? '',
    'status.podIP': address,
    'status.hostIP': '127.0.0.1',
  };
  return fields[path] ?? '';
}
