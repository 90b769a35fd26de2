import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject, ObjectRef, ResourceVersionGuard } from '../../ports/cluster.ts';
import { stableDiff } from './diff-text.ts';
import { explain } from './explain.ts';
import { KubectlFailure, readFailure } from './failure.ts';
import { writeOnce } from './guarded-write.ts';
import { bindKubectl, DEFAULT_DEADLINE_MS, type KubectlTarget } from './kubectl.ts';
import { createMemory, type Remembered } from './memory.ts';
import { refOf, subjectOf } from './object-ref.ts';
import { createReads } from './reads.ts';
import { findResource, groupPath, isPathName, type Resource, resourcePath, wellKnownResource } from './resources.ts';
import { withProtocols } from './service-ports.ts';
import { createWrite } from './writes.ts';

const FIELD_MANAGER = 'relctl';
/**
 * A version that no object has: etcd's first write is revision 2. A server-side apply that carries it creates the object
 * when there is none (the version of a new object is not looked at) and conflicts with any that exists, in one request.
 */
const NEVER_A_VERSION = '1';
/** Prints the names of keys and nothing else, so that no value leaves kubectl. */
const KEY_NAMES =
  '{{range $key, $value := .data}}{{$key}}{{"\\n"}}{{end}}{{range $key, $value := .binaryData}}{{$key}}{{"\\n"}}{{end}}';

/**
 * A cluster through the kubectl on this machine; one kubectl call for each method, as a rule. Single objects are read and
 * written by API path (`--raw`), because that is one request and carries preconditions which kubectl's own verbs do not have;
 * applying and comparing are kubectl's. Every write is guarded by `resourceVersion` and UID, so that one whose answer was
 * lost can be read back and safely tried again.
 */
export function createKubectlCluster(options: KubectlTarget): Cluster {
  const kubectl = bindKubectl(options);
  const name = `${options.context}/${options.namespace}`;
  const memory = createMemory(FIELD_MANAGER);
  const resources = new Map<string, Promise<Resource | undefined>>();
  async function resourceOf(apiVersion: string, kind: string): Promise<Resource> {
    const known = wellKnownResource(apiVersion, kind);
    if (known !== undefined) return known;
    const key = `${apiVersion}/${kind}`;
    const asked = resources.get(key) ?? askForResource(apiVersion, kind);
    resources.set(key, asked);
    const found = await asked.catch((error: unknown) => {
      resources.delete(key);
      throw error;
    });
    if (found === undefined) throw new KubectlFailure('rejected', `the cluster has no kind ${kind} in ${apiVersion}`);
    return found;
  }

  /** What the server says of a kind; `undefined` when it has none. A kind that appears meanwhile is for the next run. */
  async function askForResource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    try {
      return findResource(JSON.parse(await kubectl.read(['get', '--raw', groupPath(apiVersion)])), kind);
    } catch (error) {
      if (error instanceof KubectlFailure && error.failure === 'rejected') return undefined;
      throw error;
    }
  }

  async function collectionOf({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): Promise<string> {
    return resourcePath(apiVersion, await resourceOf(apiVersion, kind), options.namespace);
  }

  async function pathOf(ref: ObjectRef): Promise<string> {
    return resourcePath(ref.apiVersion, await resourceOf(ref.apiVersion, ref.kind), options.namespace, named(ref));
  }

  const reads = createReads(kubectl, memory.seen);

  async function read(ref: ObjectRef): Promise<KubeObject | undefined> {
    named(ref);
    return reads.one(await collectionOf(ref), ref);
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
      ...withProtocols(object),
      metadata: {
        ...metadata,
        ...(resource.namespaced ? { namespace: options.namespace } : {}),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(uid === undefined ? {} : { uid }),
      },
    };
  }

  /** What is known of the object at this version; a conflict when it is known not to have it any more. */
  async function recall(ref: ObjectRef, { resourceVersion }: ResourceVersionGuard): Promise<Remembered> {
    const known = memory.at(ref, resourceVersion);
    if (known !== undefined) return known;
    const now = await read(ref);
    const present = memory.at(ref, resourceVersion);
    if (present !== undefined) return present;
    const found = now === undefined ? 'it is gone' : `it is at ${now.metadata.resourceVersion}`;
    throw new KubectlFailure('conflict', `version ${resourceVersion} was expected, but ${found}`);
  }

  const lookAt = (ref: ObjectRef) => kubectl.commandLine(['get', '-o', 'yaml', `${ref.kind}/${ref.name}`]);

  const write = createWrite({ kubectl, memory, read, lookAt, applying: APPLY });

  /** Makes fields that were applied by hand ours; only who owns them changes. Gives the object's new version. */
  async function adopt(ref: ObjectRef, patch: readonly object[]): Promise<string> {
    const target = `${ref.kind}.${ref.apiVersion.split('/').reverse().join('.')}`;
    // In the core group the version has no group after it, but the dot must be there.
    const type = ref.apiVersion.includes('/') ? target : `${target}.`;
    const args = ['patch', type, ref.name, '--type=json', `--field-manager=${FIELD_MANAGER}`, '-o', 'json'];
    const adopted = JSON.parse(await kubectl.run([...args, `--patch=${JSON.stringify(patch)}`])) as KubeObject;
    return memory.seen(adopted).metadata.resourceVersion ?? '';
  }

  async function applyAbsent(object: KubeObject): Promise<KubeObject> {
    try {
      return await write(await addressed(object, NEVER_A_VERSION), undefined, APPLY);
    } catch (error) {
      if (!(error instanceof KubectlFailure) || !NO_VERSION_ON_CREATE.test(error.message)) throw error;
      // Services before Kubernetes 1.22 look at the version of a new object. Their answer says that there was none.
      return write(await addressed(object), undefined, APPLY);
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

  const explained = <T>(what: string, look: string, operation: () => Promise<T>) =>
    explain(operation, { what: `${what} in ${name}`, look, ask: kubectl.commandLine(['get', '--raw', '/readyz']) });

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

    keys: (ref) =>
      onObject('reading the keys of', { apiVersion: 'v1', ...ref }, async () => {
        if (!isPathName(ref.name)) return undefined;
        try {
          const template = ['-o', `go-template=${KEY_NAMES}`];
          const names = await kubectl.read(['get', ref.kind.toLowerCase(), ...template, '--', ref.name]);
          return [...new Set(names.split('\n').filter(Boolean))].sort();
        } catch (error) {
          if (error instanceof KubectlFailure && error.failure === 'not-found') return undefined;
          throw error;
        }
      }),

    list: (query) =>
      explained(`listing ${query.kind} objects`, kubectl.commandLine(['get', query.kind]), async () => {
        const objects = await reads.all(await collectionOf(query), query);
        return [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
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
        if ('absent' in guard) return applyAbsent(object);
        const { uid, adoption } = await recall(refOf(object), guard);
        const version = adoption === undefined ? guard.resourceVersion : await adopt(refOf(object), adoption);
        return write(await addressed(object, version, uid), version, APPLY);
      }),

    replace: (object, guard) =>
      onObject('replacing', refOf(object), async () => {
        const { uid } = await recall(refOf(object), guard);
        const sent = await addressed(object, guard.resourceVersion, uid);
        const path = await pathOf(refOf(object));
        return write(sent, guard.resourceVersion, ['replace', '--raw', `${path}?${WRITE_OPTIONS}`, '-f', '-']);
      }),

    remove: (ref, guard) =>
      onObject('deleting', ref, async () => {
        const { uid } = await recall(ref, guard);
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

/** The name, which becomes a part of a path. */
function named({ name }: ObjectRef): string {
  if (isPathName(name)) return name;
  throw new KubectlFailure('rejected', `"${name}" is not a name that Kubernetes allows`);
}

/** Without kubectl's own validation, which would download the whole schema: the server checks what is applied anyway. */
const APPLY_FLAGS = ['--server-side', `--field-manager=${FIELD_MANAGER}`, '--force-conflicts', '--validate=false'];
const APPLY = ['apply', ...APPLY_FLAGS, '-o', 'json', '-f', '-'];
const APPLY_FLAGS_OF_DIFF = APPLY_FLAGS.filter((flag) => !flag.startsWith('--validate'));
const NO_VERSION_ON_CREATE = /resourceVersion should not be set on objects to be created/;
const WRITE_OPTIONS = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;

/** The container has not started, or was not restarted: there is no log to show, which is not an error. */
const NO_LOG = /is waiting to start|previous terminated container .* not found|is not valid for pod/;
