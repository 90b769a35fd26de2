import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError, keysOf } from './container-environment.ts';
import type { KubeApi } from './kube-api.ts';
import type { Container, Pod, Volume } from './pod.ts';

/** Where the volumes of a pod are. */
export interface Mounts {
  /**
   * The place of a path: processes share one file system here, so what a container mounts at `/x` lies in a folder of its pod, and what
   * it is told (arguments, variables) names that folder.
   */
  placed(text: string): string;
}

/** Makes the folders of a pod's volumes, with what Secrets, ConfigMaps and its service account give. Errors: ConfigurationError. */
export async function mountVolumes(api: KubeApi, pod: Pod, container: Container, folder: string): Promise<Mounts> {
  const volumes = pod.spec.volumes ?? [];
  const mounts = (container.volumeMounts ?? []).flatMap((mount) => {
    const volume = volumes.find(({ name }) => name === mount.name);
    return volume === undefined
      ? []
      : [{ volume, mountPath: mount.mountPath, at: join(folder, 'volumes', volume.name) }];
  });
  for (const { volume, at } of mounts) {
    mkdirSync(at, { recursive: true });
    const files = await contentOf(api, pod, volume);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), content, { mode: 0o600 });
    }
  }
  return {
    placed(text) {
      const mount = mounts.find(({ mountPath }) => text === mountPath || text.startsWith(`${mountPath}/`));
      return mount === undefined ? text : `${mount.at}${text.slice(mount.mountPath.length)}`;
    },
  };
}

async function contentOf(api: KubeApi, pod: Pod, volume: Volume): Promise<Readonly<Record<string, string>>> {
  const namespace = pod.metadata.namespace ?? 'default';
  if (volume.secret !== undefined) {
    return (await keysOf(api, namespace, 'secret', { name: volume.secret.secretName })) ?? {};
  }
  const files: Record<string, string> = {};
  for (const { serviceAccountToken, configMap } of volume.projected?.sources ?? []) {
    if (serviceAccountToken !== undefined) files[serviceAccountToken.path] = await tokenOf(api, pod);
    if (configMap === undefined) continue;
    const data = (await keysOf(api, namespace, 'configmap', { name: configMap.name })) ?? {};
    for (const { key, path } of configMap.items ?? Object.keys(data).map((one) => ({ key: one, path: one }))) {
      const value = data[key];
      if (value === undefined) throw new ConfigurationError(`references non-existent config key: ${key}`);
      files[path] = value;
    }
  }
  return files;
}

/** A token of the pod's service account, as the kubelet asks for it (TokenRequest); it is not renewed. */
async function tokenOf(api: KubeApi, pod: Pod): Promise<string> {
  const { serviceAccountName = 'default' } = pod.spec;
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/serviceaccounts/${serviceAccountName}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const answer = await api.call<{ status: { token: string } }>('POST', path, body);
  return answer.status.token;
}
