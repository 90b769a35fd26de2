import { type ErrorCode, RelctlError } from '../../domain/errors.ts';
import type { Cluster, KubeObject, ListQuery, ObjectRef, ResourceVersionGuard } from '../../ports/cluster.ts';
import { containsObject } from './contains.ts';
import { stableDiff } from './diff-text.ts';
import { type FailureKind, KubectlFailure, readFailure } from './failure.ts';
import { type Fate, writeOnce } from './guarded-write.ts';
import { bindKubectl, DEFAULT_DEADLINE_MS, type KubectlTarget } from './kubectl.ts';
import { findResource, groupPath, isPathName, type Resource, resourcePath, wellKnownResource } from './resources.ts';

const FIELD_MANAGER = 'relctl';
/**
 * A version that no object has: etcd's first write is revision 2. A server-side apply that carries it creates the object
 * when there is none (the version of a new object is not looked at) and conflicts with any that exists, in one request.
 */
const NEVER_A_VERSION = '1';
const REMEMBERED = 2000;

/**
 * A cluster through the kubectl on this machine; one kubectl call for each method, as a rule. Single objects are read and
 * written by API path (`--raw`), because that is one request and carries preconditions which kubectl's own verbs do not have;
 * applying and comparing are kubectl's. Every write is guarded by `resourceVersion` and UID, so that one whose answer was
 * lost can be read back and safely tried again.
 */
export function createKubectlCluster(options: KubectlTarget): Cluster {
  const kubectl = bindKubectl(options);
  const name = `${options.context}/${options.namespace}`;
  const resources = new Map<string, Resource>();
  /** UIDs of objects that were read, by name and version: a version alone does not tell an object from its successor. */
  const uids = new Map<string, string>();

  const seen = (object: KubeObject): KubeObject => {
    const { managedFields, ...metadata } = object.metadata;
    if (metadata.uid !== undefined) uids.set(versionKey(object, metadata.resourceVersion), metadata.uid);
    if (uids.size > REMEMBERED) uids.delete(uids.keys().next().value ?? '');
    return { ...object, metadata };
  };

  async function resourceOf(apiVersion: string, kind: string): Promise<Resource> {
    const key = `${apiVersion}/${kind}`;
    const known = wellKnownResource(apiVersion, kind) ?? resources.get(key);
    if (known !== undefined) return known;
    const noSuchKind = new KubectlFailure('rejected', `the cluster has no kind ${kind} in ${apiVersion}`);
    try {
      const found = findResource(JSON.parse(await kubectl.read(['get', '--raw', groupPath(apiVersion)])), kind);
      if (found === undefined) throw noSuchKind;
      resources.set(key, found);
      return found;
    } catch (error) {
      throw error instanceof KubectlFailure && error.failure === 'rejected' ? noSuchKind : error;
    }
  }

  async function pathOf(ref: ObjectRef): Promise<string> {
    if (!isPathName(ref.name))
      throw new KubectlFailure('rejected', `"${ref.name}" is not a name that Kubernetes allows`);
    return resourcePath(ref.apiVersion, await resourceOf(ref.apiVersion, ref.kind), options.namespace, ref.name);
  }

  async function read(ref: ObjectRef): Promise<KubeObject | undefined> {
    try {
      return seen(JSON.parse(await kubectl.read(['get', '--raw', await pathOf(ref)])) as KubeObject);
    } catch (error) {
      if (error instanceof KubectlFailure && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  /** The object as it is sent: in the target's namespace, under the given version and UID. */
  async function addressed(object: KubeObject, resourceVersion?: string, uid?: string): Promise<KubeObject> {
    const { namespace, resourceVersion: _version, uid: _uid, managedFields, ...metadata } = object.metadata;
    const resource = await resourceOf(object.apiVersion, object.kind);
    if (namespace !== undefined && (!resource.namespaced || namespace !== options.namespace)) {
      const message = `it is for the namespace ${namespace}, but relctl works in ${options.namespace}`;
      throw new KubectlFailure('rejected', message);
    }
    return {
      ...object,
      metadata: {
        ...metadata,
        ...(resource.namespaced ? { namespace: options.namespace } : {}),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(uid === undefined ? {} : { uid }),
      },
    };
  }

  /** The UID of the object that had this version; a conflict when it is known not to have it any more. */
  async function uidAt(ref: ObjectRef, guard: ResourceVersionGuard): Promise<string | undefined> {
    const known = uids.get(versionKey(ref, guard.resourceVersion));
    if (known !== undefined) return known;
    const now = await read(ref);
    if (now?.metadata.resourceVersion === guard.resourceVersion) return now.metadata.uid;
    const found = now === undefined ? 'it is gone' : `it is at ${now.metadata.resourceVersion}`;
    throw new KubectlFailure('conflict', `version ${guard.resourceVersion} was expected, but ${found}`);
  }

  /** What is known of a write of `wanted` over `before` (`undefined`: there was no object) from what is there now. */
  async function fateOf(wanted: KubeObject, before: string | undefined): Promise<Fate<KubeObject>> {
    const now = await read(refOf(wanted));
    if (now !== undefined && containsObject(now, wanted)) return { happened: true, result: now };
    return now?.metadata.resourceVersion === before ? { happened: false } : { happened: 'unknowable' };
  }

  function write(sent: KubeObject, before: string | undefined, args: readonly string[]): Promise<KubeObject> {
    const body = JSON.stringify(sent);
    return writeOnce({
      subject: subjectOf(refOf(sent)),
      attempt: async () => seen(JSON.parse(await kubectl.run(args, body)) as KubeObject),
      readBack: () => fateOf(sent, before),
      pause: kubectl.pause,
      look: lookAt(refOf(sent)),
    });
  }

  async function applyAbsent(object: KubeObject, args: readonly string[]): Promise<KubeObject> {
    try {
      return await write(await addressed(object, NEVER_A_VERSION), undefined, args);
    } catch (error) {
      if (!(error instanceof KubectlFailure) || !NO_VERSION_ON_CREATE.test(error.message)) throw error;
      // Services before Kubernetes 1.22 look at the version of a new object. Their answer says that there was none.
      return write(await addressed(object), undefined, args);
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
      await kubectl.pause(Math.min(tries, 3));
    }
  }

  const lookAt = (ref: ObjectRef) => kubectl.commandLine(['get', '-o', 'yaml', `${ref.kind}/${ref.name}`]);

  /** Runs an operation and turns what kubectl failed with into the errors of the port. */
  async function explained<T>(what: string, look: string, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof KubectlFailure)) throw error;
      if (error.cause instanceof RelctlError) throw error.cause;
      const code = CODES[error.failure];
      throw new RelctlError(code, `${what} in ${name}: ${error.message}`, {
        why: WHY[code] ?? '',
        hints: [code === 'cluster.unreachable' ? kubectl.commandLine(['get', '--raw', '/readyz']) : look],
        data: { context: options.context, namespace: options.namespace, failure: error.failure },
        cause: error,
      });
    }
  }

  const onObject = <T>(verb: string, ref: ObjectRef, operation: () => Promise<T>) =>
    explained(`${verb} ${subjectOf(ref)}`, lookAt(ref), operation);

  return {
    name,
    namespace: options.namespace,

    identity: () =>
      onObject('reading', { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, async () => {
        const text = await kubectl.read(['get', '--raw', '/api/v1/namespaces/kube-system']);
        return String((JSON.parse(text) as KubeObject).metadata.uid);
      }),

    get: (ref) => onObject('reading', ref, () => read(ref)),

    list: (query) =>
      explained(`listing ${query.kind} objects`, kubectl.commandLine(['get', query.kind]), async () => {
        const path = resourcePath(query.apiVersion, await resourceOf(query.apiVersion, query.kind), options.namespace);
        const text = await kubectl.read(['get', '--raw', `${path}${selectorOf(query)}`]);
        const { items } = JSON.parse(text) as { items: readonly KubeObject[] };
        // In a list the server names the kind once, not for each object.
        const objects = items.map((item) => seen({ ...item, apiVersion: query.apiVersion, kind: query.kind }));
        return objects.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      }),

    create: (object) =>
      onObject('creating', refOf(object), async () => {
        const sent = await addressed(object);
        const resource = await resourceOf(object.apiVersion, object.kind);
        const path = resourcePath(object.apiVersion, resource, options.namespace);
        return write(sent, undefined, ['create', '--raw', `${path}?${WRITE_OPTIONS}`, '-f', '-']);
      }),

    apply: (object, guard) =>
      onObject('applying', refOf(object), async () => {
        const args = ['apply', ...APPLY_FLAGS, '-o', 'json', '-f', '-'];
        if ('absent' in guard) return applyAbsent(object, args);
        const uid = await uidAt(refOf(object), guard);
        return write(await addressed(object, guard.resourceVersion, uid), guard.resourceVersion, args);
      }),

    replace: (object, guard) =>
      onObject('replacing', refOf(object), async () => {
        const uid = await uidAt(refOf(object), guard);
        const sent = await addressed(object, guard.resourceVersion, uid);
        const path = await pathOf(refOf(object));
        return write(sent, guard.resourceVersion, ['replace', '--raw', `${path}?${WRITE_OPTIONS}`, '-f', '-']);
      }),

    remove: (ref, guard) =>
      onObject('deleting', ref, async () => {
        const uid = await uidAt(ref, guard);
        const path = await pathOf(ref);
        const body = JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          preconditions: { resourceVersion: guard.resourceVersion, ...(uid === undefined ? {} : { uid }) },
        });
        await writeOnce<void>({
          subject: `the deletion of ${subjectOf(ref)}`,
          attempt: async () => void (await kubectl.run(['delete', '--raw', path, '-f', '-'], body)),
          readBack: async () => {
            const now = await read(ref);
            const going = now?.metadata.deletionTimestamp !== undefined;
            if (now === undefined || now.metadata.uid !== uid || going) return { happened: true, result: undefined };
            return now.metadata.resourceVersion === guard.resourceVersion
              ? { happened: false }
              : { happened: 'unknowable' };
          },
          pause: kubectl.pause,
          look: lookAt(ref),
        });
        await untilGone(ref, uid);
      }),

    diff: (objects) =>
      explained(
        `comparing ${objects.length} objects`,
        kubectl.commandLine(['diff', '--server-side', '-f', 'FILE']),
        async () => {
          if (objects.length === 0) return '';
          const sent = await Promise.all(objects.map((object) => addressed(object)));
          const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: sent });
          const result = await kubectl.raw(['diff', ...APPLY_FLAGS_OF_DIFF, '-f', '-'], list);
          // 0: nothing would change · 1: something would · more: kubectl or diff failed.
          if (result.exitCode !== 0 && (result.exitCode !== 1 || result.stdout === ''))
            throw readFailure(result.stderr);
          return stableDiff(result.stdout);
        },
      ),

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
          if (error instanceof KubectlFailure && (error.failure === 'not-found' || NO_LOG.test(error.message)))
            return '';
          throw error;
        }
      }),
  };
}

/** Without kubectl's own validation, which would download the whole schema: the server checks what is applied anyway. */
const APPLY_FLAGS = ['--server-side', `--field-manager=${FIELD_MANAGER}`, '--force-conflicts', '--validate=false'];
const APPLY_FLAGS_OF_DIFF = APPLY_FLAGS.filter((flag) => !flag.startsWith('--validate'));
const NO_VERSION_ON_CREATE = /resourceVersion should not be set on objects to be created/;
const WRITE_OPTIONS = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;

/** The container has not started, or was not restarted: there is no log to show, which is not an error. */
const NO_LOG = /is waiting to start|previous terminated container .* not found|is not valid for pod/;

const CODES: Readonly<Record<FailureKind, ErrorCode>> = {
  'not-found': 'cluster.conflict',
  exists: 'cluster.conflict',
  conflict: 'cluster.conflict',
  rejected: 'cluster.rejected',
  'no-access': 'cluster.unreachable',
  throttled: 'cluster.unreachable',
  unsent: 'cluster.unreachable',
  unknown: 'cluster.unreachable',
};

const WHY: Partial<Record<ErrorCode, string>> = {
  'cluster.conflict':
    'Somebody else changed the object since it was read; relctl does not write over what it has not seen.',
  'cluster.rejected': 'The API server refused, and would refuse again; nothing was changed.',
  'cluster.unreachable': 'Without an answer of the cluster nothing is known, and so nothing is done.',
};

function refOf(object: KubeObject): ObjectRef {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name };
}

function subjectOf(ref: ObjectRef): string {
  return `${ref.kind} ${ref.name}`;
}

function versionKey(of: KubeObject | ObjectRef, resourceVersion: string | undefined): string {
  const name = 'metadata' in of ? (of as KubeObject).metadata.name : (of as ObjectRef).name;
  return `${of.apiVersion}/${of.kind}/${name}@${resourceVersion}`;
}

function selectorOf(query: ListQuery): string {
  const labels = Object.entries(query.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return labels.length === 0 ? '' : `?labelSelector=${encodeURIComponent(labels.join(','))}`;
}
