/**
 * A Kubernetes cluster, as far as a release needs it: an object store with preconditions.
 *
 * One adapter instance is one target: a context and a namespace, both pinned. What rollouts, Jobs and Leases mean is
 * decided in the domain, from the objects; so the real adapter and the sandbox stay small and obey one contract.
 *
 * Errors (RelctlError): `cluster.unreachable`, `tool.timeout`, `tool.missing`, `cluster.rejected` (the API server said
 * no, for good), `cluster.conflict` (a precondition did not hold), `cluster.ambiguous` (a write may or may not have
 * happened and could not be read back).
 */
export interface Cluster {
  /** Name of the target for people: `context/namespace`. */
  readonly name: string;
  readonly namespace: string;
  /** The cluster's identity: the UID of its kube-system namespace. */
  identity(): Promise<string>;
  /** By what the cluster is reached; `undefined` where nothing stands between, as in the sandbox. */
  access(): Promise<ClusterAccess | undefined>;
  /** The object, or `undefined` when there is none. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Objects of a kind in the target's namespace, by name. */
  list(query: ListQuery): Promise<readonly KubeObject[]>;
  /**
   * Follows what some queries select, for whoever waits: gives all of it at once, again when something of it has changed, and
   * at least every `every` milliseconds, until the signal ends. A view may lag behind the cluster by the time that a change takes to arrive;
   * it never shows less than what this cluster has answered before. Ends with `cluster.unreachable` when it stays away.
   */
  follow(
    queries: readonly FollowQuery[],
    options: { readonly every: number; readonly signal: AbortSignal },
  ): AsyncIterable<readonly (readonly KubeObject[])[]>;
  /**
   * What a query selects, for whoever asks again after `again` milliseconds and changes nothing on the answer alone: like a view of
   * {@link follow} it may lag behind, by up to 30 s where a change is lost on its way. Where a watch is open it costs no request.
   */
  glance(query: FollowQuery, again: number): Promise<readonly KubeObject[]>;
  /**
   * Names of the keys of a ConfigMap or Secret, sorted; `undefined` when there is none. Values never leave the adapter, so that
   * nothing of relctl can write one down.
   */
  keys(ref: KeyedRef): Promise<readonly string[] | undefined>;
  /** Creates an object; `cluster.conflict` when it exists. */
  create(object: KubeObject): Promise<KubeObject>;
  /** Server-side apply as field manager `relctl`, taking over fields that others set. */
  apply(object: KubeObject, guard: Guard): Promise<KubeObject>;
  /** Puts exactly this object in place of the existing one; `metadata.resourceVersion` of `object` is ignored. */
  replace(object: KubeObject, guard: ResourceVersionGuard): Promise<KubeObject>;
  /** Deletes and waits until the object is gone; dependants go in the background. */
  remove(ref: ObjectRef, guard: ResourceVersionGuard): Promise<void>;
  /** What `apply` of these objects would change, as a unified diff; empty when nothing. */
  diff(objects: readonly KubeObject[]): Promise<string>;
  /**
   * What the API server would say to applying these objects now, each by itself: admission, quotas, webhooks and fields that cannot
   * change included. Nothing is written.
   */
  rehearse(objects: readonly KubeObject[]): Promise<readonly Rehearsed[]>;
  /** Names of those who have set fields of an object that this cluster has given, as the API server keeps book. */
  managersOf(object: KubeObject): readonly string[];
  /**
   * Milliseconds since an object that this cluster has given was written last, by the server's own clock, to the second: neither the clock of
   * this machine nor that of whoever wrote it counts. `undefined` where the server does not tell.
   */
  sinceWritten(object: KubeObject): Promise<number | undefined>;
  /** Last lines of a container's log; `previous` is the run before the last restart. Empty when there is none. */
  logs(
    pod: string,
    options: { readonly container?: string; readonly tail: number; readonly previous?: boolean },
  ): Promise<string>;
}

/** What the API server would make of an object; or why it would not take it, in its own words. */
export type Rehearsed = { readonly object: KubeObject } | { readonly refused: string };

/** By what a cluster is reached. */
export interface ClusterAccess {
  /** Version of kubectl, such as `v1.36.3`. */
  readonly client: string;
  /** Version of the API server. */
  readonly server: string;
  /** What stands before kubectl and calls it, for people. */
  readonly wrapper?: string;
  readonly by: 'connection' | 'single-calls';
}

/** Which object; the namespace is the target's. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** A ConfigMap or Secret of the target's namespace. */
export interface KeyedRef {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** Which objects. Labels are all required to match. */
export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Which objects to follow: those of a list, or the one with a name. */
export interface FollowQuery extends ListQuery {
  readonly name?: string;
}

/** The write happens only if the object still has this version. */
export interface ResourceVersionGuard {
  readonly resourceVersion: string;
}

/** Precondition of an apply: the object has this version, or does not exist yet. */
export type Guard = ResourceVersionGuard | { readonly absent: true };

/** JSON of any shape, as Kubernetes objects carry it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A Kubernetes object as JSON. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
  readonly [field: string]: unknown;
}

/** The metadata that relctl reads. */
export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  readonly [field: string]: unknown;
}
