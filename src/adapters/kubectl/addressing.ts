import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { Address, Api } from './api.ts';
import {
  findResource,
  groupPath,
  isPathName,
  type Resource,
  resourcePath,
  wellKnownResource,
} from './api-resources.ts';
import { RequestFailure } from './failure.ts';
import { withProtocols } from './service-ports.ts';

type Kind = Pick<ObjectRef, 'apiVersion' | 'kind'>;

/** Where things of a target are in the API; kinds that are not well known are looked up once. Errors: RequestFailure. */
export interface Addressing {
  collectionOf(kind: Kind): Promise<string>;
  addressOf(ref: ObjectRef): Promise<Address>;
  /** The object as it is sent: in the target's namespace, under the given version and UID. */
  addressed(object: KubeObject, resourceVersion?: string, uid?: string): Promise<KubeObject>;
}

/** Binds addressing to a namespace. */
export function createAddressing(api: Pick<Api, 'at'>, namespace: string): Addressing {
  const resources = new Map<string, Promise<Resource | undefined>>();

  async function resourceOf({ apiVersion, kind }: Kind): Promise<Resource> {
    const known = wellKnownResource(apiVersion, kind);
    if (known !== undefined) return known;
    const key = `${apiVersion}/${kind}`;
    const asked = resources.get(key) ?? askForResource(apiVersion, kind);
    resources.set(key, asked);
    const found = await asked.catch((error: unknown) => {
      resources.delete(key);
      throw error;
    });
    if (found === undefined) throw new RequestFailure('rejected', `the cluster has no kind ${kind} in ${apiVersion}`);
    return found;
  }

  /** What the server says of a kind; `undefined` when it has none. A kind that appears meanwhile is for the next run. */
  async function askForResource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    try {
      return findResource(await api.at(groupPath(apiVersion)), kind);
    } catch (error) {
      if (error instanceof RequestFailure && error.failure === 'rejected') return undefined;
      throw error;
    }
  }

  const collectionOf = async (kind: Kind) => resourcePath(kind.apiVersion, await resourceOf(kind), namespace);

  return {
    collectionOf,
    async addressOf(ref) {
      if (isPathName(ref.name)) return { collection: await collectionOf(ref), ref };
      throw new RequestFailure('rejected', `"${ref.name}" is not a name that Kubernetes allows`);
    },
    async addressed(object, resourceVersion, uid) {
      const { namespace: own, resourceVersion: _version, uid: _uid, managedFields, ...metadata } = object.metadata;
      const resource = await resourceOf(object);
      if (own !== undefined && (!resource.namespaced || own !== namespace)) {
        throw new RequestFailure('rejected', `it is for the namespace ${own}, but relctl works in ${namespace}`);
      }
      return {
        ...withProtocols(object),
        metadata: {
          ...metadata,
          ...(resource.namespaced ? { namespace } : {}),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
          ...(uid === undefined ? {} : { uid }),
        },
      };
    },
  };
}
