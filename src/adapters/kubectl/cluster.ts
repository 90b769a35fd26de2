import { RelctlError } from '../../errors.ts';
import type { ServiceEndpoint } from '../../plan/endpoint.ts';
import type { Cluster, KubeObject, ObjectRef, ResourceVersionGuard } from '../../ports/cluster.ts';
import { createAddressing } from './addressing.ts';
import { FIELD_MANAGER } from './api.ts';
import { isPathName } from './api-resources.ts';
import { compare } from './compare.ts';
import { explain } from './explain.ts';
import { RequestFailure } from './failure.ts';
import { createFollowing } from './following.ts';
import { writeOnce } from './guarded-write.ts';
import { bindKubectl, DEFAULT_DEADLINE_MS, type KubectlTarget } from './kubectl.ts';
import { createMemory, type Remembered } from './memory.ts';
import { refOf, subjectOf } from './object-ref.ts';
import { openApi } from './open-api.ts';
import { rehearse } from './rehearse.ts';
import { pauseAfter } from './repeat.ts';
import { serverTime } from './server-time.ts';
import { createServiceFetch } from './service-fetch.ts';
import { listServices } from './services.ts';
import { identifyTool } from './tool.ts';
import { createWrites } from './writes.ts';

/**
 * A version that no object has: etcd's first write is revision 2. A server-side apply that carries it creates the object
 * when there is none (the version of a new object is not looked at) and conflicts with any that exists, in one request.
 */
const NEVER_A_VERSION = '1';

/** A cluster that holds a connection; where nobody ends it, it ends with relctl. */
export type KubectlCluster = Cluster &
  PodLogs & {
    /** How a Service inside of it is asked; see {@link createServiceFetch}. */
    fetchOf(service: ServiceEndpoint): typeof fetch;
    /** The Services of all namespaces; of those that the login may see, where that is not all. */
    services(): Promise<readonly KubeObject[]>;
    end(): void;
  };

/** What containers print while they run. */
export interface PodLogs {
  /** Lines of a container's log from its first one on, until the container or the signal ends. Errors: those of a cluster. */
  followLog(pod: string, container: string, signal: AbortSignal): AsyncIterable<string>;
}

/**
 * A cluster through the kubectl on this machine. Every write is guarded by `resourceVersion` and UID, so that one whose answer was
 * lost can be read back and safely tried again.
 */
export function createKubectlCluster(options: KubectlTarget): KubectlCluster {
  const kubectl = bindKubectl(options);
  const name = `${options.context}/${options.namespace}`;
  const opened = openApi(options, kubectl);
  const { api } = opened;
  const memory = createMemory(FIELD_MANAGER);
  const addressing = createAddressing(api, options.namespace);
  const { collectionOf, addressOf, addressed } = addressing;
  const following = createFollowing(api, collectionOf, memory.seen);

  function seen(object: KubeObject): KubeObject {
    const kept = memory.seen(object);
    following.note(kept);
    return kept;
  }

  async function read(ref: ObjectRef): Promise<KubeObject | undefined> {
    const found = await api.one(await addressOf(ref));
    return found === undefined ? undefined : seen(found);
  }

  /** What is known of the object at this version; a conflict when it is known not to have it any more. */
  async function recall(ref: ObjectRef, { resourceVersion }: ResourceVersionGuard): Promise<Remembered> {
    const known = memory.at(ref, resourceVersion);
    if (known !== undefined) return known;
    const now = await read(ref);
    const present = memory.at(ref, resourceVersion);
    if (present !== undefined) return present;
    const found = now === undefined ? 'it no longer exists' : `it is at ${now.metadata.resourceVersion}`;
    throw new RequestFailure('conflict', `version ${resourceVersion} was expected, but ${found}`);
  }

  const lookAt = (ref: ObjectRef) => kubectl.commandLine(['get', '-o', 'yaml', `${ref.kind}/${ref.name}`]);

  const writes = createWrites({ api, memory, seen, read, lookAt });

  /** Makes fields that were applied by hand ours; only who owns them changes. Gives the object's new version. */
  async function adopt(ref: ObjectRef, patch: readonly object[]): Promise<string> {
    const address = await addressOf(ref);
    const adopted = await writeOnce<KubeObject>({
      subject: `the owner of fields of ${subjectOf(ref)}`,
      attempt: async () => seen(await api.patch(address, patch)),
      readBack: async () => {
        const now = await read(ref);
        const known = now && memory.at(now, now.metadata.resourceVersion ?? '');
        // Whoever writes on sends the version that stands now, so the patch can be sent again in any case.
        return now !== undefined && known?.adoption === undefined
          ? { happened: true, result: now }
          : { happened: false };
      },
      pause: pauseAfter,
      look: lookAt(ref),
    });
    return adopted.metadata.resourceVersion ?? '';
  }

  async function applyAbsent(object: KubeObject): Promise<KubeObject> {
    const address = await addressOf(refOf(object));
    try {
      return await writes.apply(address, await addressed(object, NEVER_A_VERSION), undefined);
    } catch (error) {
      if (!(error instanceof RequestFailure) || !NO_VERSION_ON_CREATE.test(error.message)) throw error;
      // Services before Kubernetes 1.22 look at the version of a new object. Their answer says that there was none.
      return writes.apply(address, await addressed(object), undefined);
    }
  }

  /** Waits until the object is gone, or another one has its name. */
  async function untilGone(ref: ObjectRef, uid: string | undefined): Promise<void> {
    const deadline = performance.now() + (options.deadline ?? DEFAULT_DEADLINE_MS);
    for (let tries = 1; ; tries += 1) {
      const now = await read(ref);
      if (now === undefined || now.metadata.uid !== uid) return;
      if (performance.now() > deadline) {
        const finalizers = now.metadata.finalizers as readonly string[] | undefined;
        throw new RelctlError('tool.timeout', `${subjectOf(ref)} in ${name} is being deleted but is not gone`, {
          why: finalizers?.length
            ? `It waits for its finalizers: ${finalizers.join(', ')}.`
            : 'Its pods or its node did not finish in time.',
          hints: [lookAt(ref)],
        });
      }
      await pauseAfter(Math.min(tries, 3));
    }
  }

  const explained = <T>(what: string, look: string, operation: () => Promise<T>) =>
    explain(operation, { what: `${what} in ${name}`, look, ask: kubectl.commandLine(['get', '--raw', '/readyz']) });

  const onObject = <T>(verb: string, ref: ObjectRef, operation: () => Promise<T>) =>
    explained(`${verb} ${subjectOf(ref)}`, lookAt(ref), operation);

  return {
    name,
    namespace: options.namespace,

    fetchOf: (service) => createServiceFetch(api, service, options.context),

    services: () =>
      explained('listing Services', kubectl.commandLine(['get', 'services', '--all-namespaces']), () =>
        listServices(api, options.namespace),
      ),

    end() {
      following.end();
      opened.end();
    },

    identity: () =>
      onObject('reading', { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, async () => {
        return String(((await api.at('/api/v1/namespaces/kube-system')) as KubeObject).metadata.uid);
      }),

    access: () =>
      explained('asking for versions', kubectl.commandLine(['version']), async () => {
        const [tool, version] = await Promise.all([
          identifyTool(kubectl, options.kubectl ?? 'kubectl'),
          api.at('/version') as Promise<{ readonly gitVersion?: string }>,
        ]);
        const { wrapper } = tool;
        const server = version.gitVersion ?? 'unknown';
        return { client: tool.version, server, ...(wrapper === undefined ? {} : { wrapper }), by: opened.by() };
      }),

    get: (ref) => onObject('reading', ref, () => read(ref)),

    keys: (ref) =>
      onObject('reading the keys of', { apiVersion: 'v1', ...ref }, async () => {
        if (!isPathName(ref.name)) return undefined;
        // Neither kept nor given on: the values end here.
        const found = await api.one(await addressOf({ apiVersion: 'v1', ...ref }));
        if (found === undefined) return undefined;
        const { data, binaryData } = found as { readonly data?: object | null; readonly binaryData?: object | null };
        return [...new Set([...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})])].sort();
      }),

    list: (query) =>
      explained(`listing ${query.kind} objects`, kubectl.commandLine(['get', query.kind]), async () => {
        const { objects } = await api.all({ ...query, collection: await collectionOf(query) });
        return objects.map(seen).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      }),

    async *follow(queries, until) {
      const kinds = [...new Set(queries.map(({ kind }) => kind))].join(', ');
      const views = following.follow(queries, until);
      try {
        for (;;) {
          const next = await explained(`following ${kinds}`, kubectl.commandLine(['get', kinds]), () => views.next());
          if (next.done === true) return;
          yield next.value;
        }
      } finally {
        await views.return(undefined);
      }
    },

    glance: (query, again) =>
      explained(`looking at ${query.kind} objects`, kubectl.commandLine(['get', query.kind]), async () => {
        const shown = opened.by() === 'connection' ? await following.glance(query, again) : undefined;
        if (shown !== undefined) return shown;
        const { apiVersion, kind, name, labels } = query;
        if (name === undefined) {
          const selection = { collection: await collectionOf(query), apiVersion, kind };
          return (await api.all(labels === undefined ? selection : { ...selection, labels })).objects.map(seen);
        }
        const found = await read({ apiVersion, kind, name });
        return found === undefined ? [] : [found];
      }),

    create: (object) =>
      onObject('creating', refOf(object), async () =>
        writes.create(await addressOf(refOf(object)), await addressed(object), undefined),
      ),

    apply: (object, guard) =>
      onObject('applying', refOf(object), async () => {
        if ('absent' in guard) return applyAbsent(object);
        const ref = refOf(object);
        const { uid, adoption } = await recall(ref, guard);
        const version = adoption === undefined ? guard.resourceVersion : await adopt(ref, adoption);
        return writes.apply(await addressOf(ref), await addressed(object, version, uid), version);
      }),

    replace: (object, guard) =>
      onObject('replacing', refOf(object), async () => {
        const ref = refOf(object);
        const { uid } = await recall(ref, guard);
        const sent = await addressed(object, guard.resourceVersion, uid);
        return writes.replace(await addressOf(ref), sent, guard.resourceVersion);
      }),

    remove: (ref, guard) =>
      onObject('deleting', ref, async () => {
        const { uid } = await recall(ref, guard);
        const address = await addressOf(ref);
        const wish = {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          preconditions: { resourceVersion: guard.resourceVersion, ...(uid === undefined ? {} : { uid }) },
        };
        const state = await writeOnce<'gone' | 'going'>({
          subject: `the deletion of ${subjectOf(ref)}`,
          attempt: () => api.remove(address, wish),
          readBack: async () => {
            const now = await read(ref);
            const going = now?.metadata.deletionTimestamp !== undefined;
            if (now === undefined || now.metadata.uid !== uid || going) return { happened: true, result: 'going' };
            return now.metadata.resourceVersion === guard.resourceVersion
              ? { happened: false }
              : { happened: 'unknowable' };
          },
          pause: pauseAfter,
          look: lookAt(ref),
        });
        if (state === 'going') await untilGone(ref, uid);
        following.forget(ref, ref.name, uid);
      }),

    diff: (objects) =>
      explained(
        `comparing ${objects.length} objects`,
        kubectl.commandLine(['diff', '--server-side', '-f', 'FILE']),
        async () => compare(api, kubectl, addressing, await Promise.all(objects.map((object) => addressed(object)))),
      ),

    rehearse: (objects) =>
      explained(`rehearsing ${objects.length} objects`, kubectl.commandLine(['apply', '--dry-run=server']), () =>
        rehearse(api, addressing, objects),
      ),

    managersOf: (object) => memory.at(object, object.metadata.resourceVersion ?? '')?.managers ?? [],

    async sinceWritten(object) {
      const { writtenAt } = memory.at(object, object.metadata.resourceVersion ?? '') ?? {};
      if (writtenAt === undefined) return undefined;
      const now = await explained('asking for the time', kubectl.commandLine(['auth', 'whoami']), () =>
        serverTime(api),
      );
      return now === undefined ? undefined : Math.max(0, now - writtenAt);
    },

    async *followLog(pod, container, signal) {
      const path = `/api/v1/namespaces/${options.namespace}/pods/${encodeURIComponent(pod)}/log?container=${encodeURIComponent(container)}`;
      const lines = api.lines(path, signal)[Symbol.asyncIterator]();
      const look = kubectl.commandLine(['logs', '--follow', `pod/${pod}`]);
      try {
        for (;;) {
          const next = await explained(`following the log of pod ${pod}`, look, () => lines.next());
          if (next.done === true) return;
          yield next.value;
        }
      } finally {
        await lines.return?.(undefined);
      }
    },

    logs: (pod, { container, tail, previous }) =>
      explained(`reading the log of pod ${pod}`, kubectl.commandLine(['get', `pod/${pod}`]), async () => {
        const args = [
          'logs',
          `--tail=${tail}`,
          ...(container === undefined ? [] : [`--container=${container}`]),
          ...(previous ? ['--previous'] : []),
          '--',
          pod,
        ];
        try {
          return await kubectl.read(args);
        } catch (error) {
          if (error instanceof RequestFailure && (error.failure === 'not-found' || NO_LOG.test(error.message)))
            return '';
          throw error;
        }
      }),
  };
}

const NO_VERSION_ON_CREATE = /resourceVersion should not be set on objects to be created/;

/** The container has not started, or was not restarted: there is no log to show, which is not an error. */
const NO_LOG = /is waiting to start|previous terminated container .* not found|is not valid for pod/;
