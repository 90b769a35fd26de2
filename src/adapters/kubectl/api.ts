import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { ApiRequest } from './connection/http.ts';

/** Where an object is in the API. */
export interface Address {
  /** The path of all objects of its kind in the target's namespace. */
  readonly collection: string;
  readonly ref: ObjectRef;
}

/** All objects of a kind, those with labels, or the one with a name. */
export interface Selection {
  readonly collection: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly name?: string;
}

/** Objects as they were at one version of the whole collection. */
export interface Listing {
  readonly objects: readonly KubeObject[];
  readonly version: string | undefined;
}

/**
 * The API server of one target, as relctl asks it: over a connection, or by one kubectl a request. Nothing here knows what a
 * write is for; preconditions stand in what is sent. Every method throws `RequestFailure`, with what is known of the request's
 * fate; reads have been repeated by then, writes never are.
 */
export interface Api {
  /** What stands at a path. */
  at(path: string): Promise<unknown>;
  /** The object, or `undefined` when there is none. */
  one(address: Address): Promise<KubeObject | undefined>;
  all(selection: Selection): Promise<Listing>;
  create(collection: string, object: KubeObject): Promise<KubeObject>;
  /**
   * Server-side apply, which takes over fields of others.
   * @param company whether it may go with others that are applied at the same moment
   * @returns `refused` when one of those was refused: which of them were written is not known then
   */
  apply(address: Address, object: KubeObject, company: boolean): Promise<KubeObject | 'refused'>;
  /** What `apply` would make of the object; `undefined` where only `kubectl diff` can tell. */
  preview(address: Address, object: KubeObject): Promise<KubeObject | undefined>;
  /** What `apply` would make of the object, asked once. */
  rehearse(address: Address, object: KubeObject): Promise<KubeObject>;
  replace(address: Address, object: KubeObject): Promise<KubeObject>;
  /** Carries out a JSON patch (RFC 6902). */
  patch(address: Address, operations: readonly object[]): Promise<KubeObject>;
  /** @returns whether it is gone; `going` when something still holds it, or that is not known */
  remove(address: Address, options: object): Promise<'gone' | 'going'>;
  /**
   * Passes a request on to what stands behind a path of the server, such as a Service, and gives what that answered. What the server
   * itself says in its place is a `RequestFailure`.
   */
  pass(request: ApiRequest, signal: AbortSignal): Promise<Passed>;
  /** The lines of a text that grows at a path, from its beginning until it ends or the signal does. */
  lines(path: string, signal: AbortSignal): AsyncIterable<string>;
  /** Tells of changes until the signal ends. */
  feed(selection: Selection, into: FeedSink, signal: AbortSignal): Promise<void>;
}

/** The answer of what stands behind the API server; its body may still be arriving. */
export interface Passed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<Uint8Array>;
}

/** Who is told what there is and what becomes of it. */
export interface FeedSink {
  /** All there are, at a version of the collection. */
  all(listing: Listing): void;
  changed(object: KubeObject): void;
  removed(object: KubeObject): void;
  /** The server does not answer just now; it is asked again. */
  stumbled(): void;
  /** From now on it is found out by asking again and again, and not by a watch. */
  polled(): void;
  /** It cannot be told any more; nothing follows. */
  failed(error: unknown): void;
}

/** The field manager of everything that relctl writes. */
export const FIELD_MANAGER = 'relctl';

/** Kinds that a deployment lists anyway, so that reading a list needs no permission that waiting for a rollout does not need. */
export const LISTED_ANYWAY: ReadonlySet<string> = new Set(['apps/v1/Deployment']);

/** The path of one object. */
export function pathOf({ collection, ref }: Address): string {
  return `${collection}/${encodeURIComponent(ref.name)}`;
}

/** The path of what a selection selects; `parameters` are put behind it. */
export function selectionPath(
  { collection, labels = {}, name }: Selection,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const query = new URLSearchParams({
    ...(wanted.length === 0 ? {} : { labelSelector: wanted.join(',') }),
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
    ...parameters,
  });
  return query.size === 0 ? collection : `${collection}?${query}`;
}

/** A list as the server sends it; in it the kind is named once, not for each object. */
export function readListing(list: unknown, { apiVersion, kind }: Selection): Listing {
  const { items, metadata } = list as {
    readonly items?: readonly KubeObject[] | null;
    readonly metadata?: { readonly resourceVersion?: string };
  };
  const objects = (items ?? []).map((item) => ({ ...item, apiVersion, kind }));
  return { objects, version: metadata?.resourceVersion };
}
