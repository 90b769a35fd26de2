import { canonicalJson, sha256 } from './digest.ts';
import type { EventData, EventOf, EventType, RecordedEvent } from './events.ts';

/** What the first event's `prev` is: it ties the chain to the release, so that no chain can be moved to another id. */
export function genesisHash(id: string): string {
  return sha256(`relctl/v1 release ${id}`);
}

/** The hash of an event: SHA-256 of the canonical JSON of all its fields but `hash`. */
export function eventHash(event: Omit<RecordedEvent, 'hash'>): string {
  const { seq, at, actor, type, data, prev, simulated } = event;
  return sha256(canonicalJson({ seq, at, actor, type, data, prev, ...(simulated ? { simulated } : {}) }));
}

/** Everything of a new event that its writer decides. */
export interface NewEvent<T extends EventType> {
  readonly type: T;
  readonly data: EventData<T>;
  readonly at: string;
  readonly actor: string;
  readonly simulated: boolean;
}

/** Appends an event to a chain; the chain itself is not changed. */
export function appendEvent<T extends EventType>(
  id: string,
  events: readonly RecordedEvent[],
  event: NewEvent<T>,
): { readonly events: readonly RecordedEvent[]; readonly event: EventOf<T> } {
  const unhashed = {
    seq: events.length + 1,
    at: event.at,
    actor: event.actor,
    type: event.type,
    data: event.data,
    ...(event.simulated ? { simulated: true as const } : {}),
    prev: events.at(-1)?.hash ?? genesisHash(id),
  };
  const appended = { ...unhashed, hash: eventHash(unhashed as Omit<RecordedEvent, 'hash'>) } as EventOf<T>;
  return { events: [...events, appended as RecordedEvent], event: appended };
}

/** Where and how a chain is broken. */
export interface ChainFault {
  readonly seq: number;
  readonly problem: string;
}

/**
 * Checks numbering, links and hashes of a chain; the first fault is returned, since all that follows depends on it. A date that is wrong breaks no
 * chain (`order/dates.ts`): a file that does not read would keep a release in production.
 * @param checked how many events at the beginning have been found sound before
 */
export function findChainFault(id: string, events: readonly RecordedEvent[], checked = 0): ChainFault | undefined {
  let prev = events[checked - 1]?.hash ?? genesisHash(id);
  for (const [index, event] of events.slice(checked).entries()) {
    const seq = checked + index + 1;
    if (event.seq !== seq) return { seq, problem: `has the number ${event.seq}: an event was cut out, added or moved` };
    if (event.prev !== prev) return { seq, problem: 'does not link to the event before it' };
    if (event.hash !== eventHash(event))
      return { seq, problem: 'was changed after it was recorded: its content does not give its hash' };
    prev = event.hash;
  }
  return undefined;
}
