import type { FollowQuery, KubeObject, ListQuery } from '../../ports/cluster.ts';
import { type Api, LISTED_ANYWAY, type Listing, type Selection } from './api.ts';

/** Objects of one kind (or the one with a name) as they change, for all who wait for some of them. */
interface Shelf {
  readonly selection: Selection;
  readonly objects: Map<string, KubeObject>;
  readonly waiting: Set<Waiting>;
  readonly over: AbortController;
  /** Filled by the first list. */
  isFilled: boolean;
  /** The server does not answer, so who glances asks for himself. */
  isAway: boolean;
  /** It is filled by asking again and again, so whoever only glances had better ask. */
  isPolled: boolean;
  /** Somebody will glance at it until then, by `performance.now()`. */
  wantedUntil: number;
  failure: { readonly error: unknown } | undefined;
  linger: NodeJS.Timeout | undefined;
}

/** Somebody who follows a part of a shelf. */
interface Waiting {
  readonly concerns: (object: KubeObject) => boolean;
  readonly wake: () => void;
}

/** Follows objects for many at once. */
export interface Following {
  /** See `Cluster.follow`. Errors: those of the API. */
  follow(
    queries: readonly FollowQuery[],
    options: { readonly every: number; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly (readonly KubeObject[])[]>;
  /**
   * What a watch shows now; `undefined` where none does. It is opened then, and goes on for so long after the last glance.
   * @param again milliseconds until the next glance, at most
   */
  glance(query: FollowQuery, again: number): Promise<readonly KubeObject[] | undefined>;
  /** An object that was read or written elsewhere: no view shows an older one from then on. */
  note(object: KubeObject): void;
  /** An object that is gone. */
  forget(object: Pick<KubeObject, 'apiVersion' | 'kind'>, name: string, uid: string | undefined): void;
  /** Nothing is watched any more. */
  end(): void;
}

/** A watch goes on for so long after the last who needed it: the next wait of a run comes soon. */
const LINGER_MS = 10_000;
/** By so much a glance may come later than was said. */
const LATE_GLANCE_MS = 5000;
/** Who glances less often had better ask: a watch lists everything anew that often. */
const SELDOM_MS = 30_000;
/** Changes that come together are shown together. */
const TOGETHER_MS = 10;

/**
 * @param collectionOf the API path of a kind
 * @param seen is given each object that the server sent, before anybody else
 */
export function createFollowing(
  api: Pick<Api, 'feed'>,
  collectionOf: (query: ListQuery) => Promise<string>,
  seen: (object: KubeObject) => KubeObject,
): Following {
  const shelves = new Map<string, Shelf>();
  /** What cannot be watched. */
  const polled = new Set<string>();

  function join(selection: Selection): Shelf {
    const key = keyOf(selection);
    const known = shelves.get(key);
    if (known !== undefined) {
      clearTimeout(known.linger);
      return known;
    }
    const shelf = emptyShelf(selection);
    const end = () => {
      if (shelves.get(key) === shelf) shelves.delete(key);
      shelf.over.abort();
      wakeAll(shelf);
    };
    shelves.set(key, shelf);
    void api.feed(
      selection,
      {
        all: (listing) => fill(shelf, { ...listing, objects: listing.objects.map(seen) }),
        changed(object) {
          shelf.isAway = false;
          put(shelf, seen(object));
        },
        stumbled() {
          shelf.isAway = true;
          wakeAll(shelf);
        },
        polled() {
          shelf.isPolled = true;
          polled.add(key);
          wakeAll(shelf);
        },
        removed(object) {
          shelf.isAway = false;
          drop(shelf, object.metadata.name, (known) => !isNewer(known, object));
        },
        failed(error) {
          shelf.failure = { error };
          end();
        },
      },
      shelf.over.signal,
    );
    shelf.over.signal.addEventListener('abort', end, { once: true });
    return shelf;
  }

  async function selectionOf(query: FollowQuery): Promise<Selection> {
    const { apiVersion, kind, name } = query;
    const selection = { collection: await collectionOf(query), apiVersion, kind };
    const isWhole = name === undefined || LISTED_ANYWAY.has(`${apiVersion}/${kind}`);
    return isWhole ? selection : { ...selection, name };
  }

  async function glance(query: FollowQuery, again: number): Promise<readonly KubeObject[] | undefined> {
    const selection = await selectionOf(query);
    if (again >= SELDOM_MS || polled.has(keyOf(selection))) return undefined;
    const shelf = join(selection);
    shelf.wantedUntil = Math.max(shelf.wantedUntil, performance.now() + again + LATE_GLANCE_MS);
    await knownOrNot(shelf);
    rest(shelf);
    // While the server does not answer, what the view shows may be long over.
    if (!shelf.isFilled || shelf.isPolled || shelf.isAway) return undefined;
    return [...shelf.objects.values()].filter((object) => isSelected(object, query));
  }

  async function* follow(
    queries: readonly FollowQuery[],
    { every, signal }: { readonly every: number; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly (readonly KubeObject[])[]> {
    const bell = createBell(signal);
    const followed = await Promise.all(
      queries.map(async (query) => {
        const shelf = join(await selectionOf(query));
        const concerns = (object: KubeObject) => isSelected(object, query);
        const waiting = { concerns, wake: bell.ring };
        shelf.waiting.add(waiting);
        return { shelf, waiting };
      }),
    );
    try {
      let view: readonly (readonly KubeObject[])[] | undefined;
      for (;;) {
        const failed = followed.find(({ shelf }) => shelf.failure !== undefined);
        if (failed !== undefined) throw failed.shelf.failure?.error;
        const isWhole = followed.every(({ shelf }) => shelf.isFilled);
        if (bell.rang() || view === undefined) {
          view = followed.map(({ shelf, waiting }) => [...shelf.objects.values()].filter(waiting.concerns));
        }
        if (isWhole) yield view;
        else view = undefined;
        await bell.heard(isWhole ? every : undefined);
        if (signal.aborted) return;
      }
    } finally {
      for (const { shelf, waiting } of followed) leave(shelf, waiting);
    }
  }

  const shelvesOf = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>, name: string) =>
    [...shelves.values()].filter(
      ({ selection }) =>
        selection.apiVersion === apiVersion && selection.kind === kind && (selection.name ?? name) === name,
    );

  return {
    follow,
    glance,
    note(object) {
      for (const shelf of shelvesOf(object, object.metadata.name)) put(shelf, object);
    },
    forget(kind, name, uid) {
      for (const shelf of shelvesOf(kind, name)) drop(shelf, name, (known) => known.metadata.uid === uid);
    },
    end() {
      for (const shelf of [...shelves.values()]) shelf.over.abort();
    },
  };
}

function emptyShelf(selection: Selection): Shelf {
  return {
    selection,
    objects: new Map(),
    waiting: new Set(),
    over: new AbortController(),
    isFilled: false,
    isAway: false,
    isPolled: false,
    wantedUntil: 0,
    failure: undefined,
    linger: undefined,
  };
}

function leave(shelf: Shelf, waiting: Waiting): void {
  shelf.waiting.delete(waiting);
  rest(shelf);
}

function wakeAll(shelf: Shelf): void {
  for (const one of shelf.waiting) one.wake();
}

/** Settles once a shelf is filled, or cannot be just now. */
async function knownOrNot(shelf: Shelf): Promise<void> {
  while (!shelf.isFilled && !shelf.isPolled && !shelf.isAway && !shelf.over.signal.aborted) {
    await new Promise<void>((wake) => {
      const waiting = {
        concerns: () => false,
        wake() {
          shelf.waiting.delete(waiting);
          wake();
        },
      };
      shelf.waiting.add(waiting);
    });
  }
}

/** Ends what nobody waits for, after a while. */
function rest(shelf: Shelf): void {
  if (shelf.waiting.size > 0) return;
  clearTimeout(shelf.linger);
  const wanted = shelf.isPolled ? 0 : shelf.wantedUntil - performance.now();
  shelf.linger = setTimeout(() => shelf.over.abort(), Math.max(LINGER_MS, wanted));
  shelf.linger.unref();
}

function keyOf({ collection, name }: Selection): string {
  return `${collection} ${name ?? ''}`;
}

function fill(shelf: Shelf, { objects, version }: Listing): void {
  const listed = new Set(objects.map(({ metadata }) => metadata.name));
  for (const [name, known] of shelf.objects) {
    // What was written since the list was made is not in it.
    if (!listed.has(name) && !isLater(known.metadata.resourceVersion, version)) drop(shelf, name, () => true);
  }
  for (const object of objects) put(shelf, object);
  shelf.isAway = false;
  if (shelf.isFilled) return;
  shelf.isFilled = true;
  wakeAll(shelf);
}

function put(shelf: Shelf, object: KubeObject): void {
  const known = shelf.objects.get(object.metadata.name);
  if (known !== undefined && !isNewer(object, known)) return;
  shelf.objects.set(object.metadata.name, object);
  // One that was selected before and is not any more is a change too.
  for (const one of shelf.waiting) if (one.concerns(object) || (known !== undefined && one.concerns(known))) one.wake();
}

function drop(shelf: Shelf, name: string, isMeant: (known: KubeObject) => boolean): void {
  const known = shelf.objects.get(name);
  if (known === undefined || !isMeant(known)) return;
  shelf.objects.delete(name);
  for (const one of shelf.waiting) if (one.concerns(known)) one.wake();
}

function isNewer(one: KubeObject, than: KubeObject): boolean {
  return isLater(one.metadata.resourceVersion, than.metadata.resourceVersion);
}

/**
 * Versions of one resource are numbers that rise (since Kubernetes 1.35 by contract, KEP-5504, and in every API server that keeps
 * its objects in etcd). One that is no number counts as later: what came last is believed.
 */
function isLater(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined || version === than) return false;
  if (!/^\d+$/.test(version) || !/^\d+$/.test(than)) return true;
  return BigInt(version) > BigInt(than);
}

function isSelected(object: KubeObject, { name, labels = {} }: FollowQuery): boolean {
  if (name !== undefined && object.metadata.name !== name) return false;
  return Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value);
}

/** Wakes one who waits; rings that come together are heard once. */
function createBell(signal: AbortSignal) {
  let rung = false;
  let answer: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      answer?.();
    },
    /** Whether it rang since it was asked last. */
    rang() {
      const before = rung;
      rung = false;
      return before;
    },
    /** Settles after a ring, after so many milliseconds, or when the signal ends. */
    async heard(most: number | undefined): Promise<void> {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = most === undefined ? undefined : setTimeout(resolve, most);
          answer = () => {
            clearTimeout(timer);
            resolve();
          };
          signal.addEventListener('abort', answer, { once: true });
        });
        if (answer !== undefined) signal.removeEventListener('abort', answer);
        answer = undefined;
      }
      if (rung && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, TOGETHER_MS));
    },
  };
}
