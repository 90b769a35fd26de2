import type { Transition } from '../../domain/cd-events/cd-event.ts';
import { queuedEvents } from '../../domain/cd-events/outbox.ts';
import { queuedNotes } from '../../domain/change-record/notes.ts';
import { foldState, type Proves } from '../../domain/history/fold.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { isoTime } from '../../domain/schedule/calendar.ts';
import { actOf } from '../../domain/signing/acts.ts';
import type { NewEvent } from '../../plan/chain.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { EventData, EventType, RecordedEvent } from '../../plan/events.ts';
import { dateBehind } from '../../plan/order/dates.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Seal } from '../signing/seal.ts';
import type { ReadingContext } from './context.ts';

/** An event to be recorded: its type and what it says. */
export type Entry = { [T in EventType]: readonly [type: T, data: EventData<T>] }[EventType];

/** Entries that are to be written all or none, and who waits for it. */
interface Request {
  readonly entries: readonly Entry[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** How a release that asks for signatures keeps its history. */
export interface Sealing {
  /** Hashes of recorded events that do not count. */
  readonly leftOut: ReadonlySet<string>;
  /** Whether a recorded event carries a signature that holds. */
  readonly proves: Proves;
  /** Signs what has to be signed before it is recorded. */
  readonly seal: Seal;
}

/** What a history is kept with. */
type JournalContext = Pick<ReadingContext, 'clock' | 'store' | 'environments' | 'sink' | 'actor' | 'config'>;

/**
 * The history of one release while a command works on it. Each record is one atomic write of the whole file. What steps record while a write
 * is under way goes into the next one together: a release of hundreds of services would else write its ever longer file once for each. An
 * act, which may be signed over what stood before it, is written alone.
 */
export class Journal {
  #plan: ReleasePlan;
  #state: ReleaseState;
  #requests: readonly Request[] = [];
  #isWriting = false;
  readonly #context: JournalContext;
  readonly #sealing: Sealing | undefined;
  /** Hashes of what was recorded here: whoever is at work knows what they did, with a key or without. */
  readonly #own = new Set<string>();

  constructor(context: JournalContext, plan: ReleasePlan, sealing?: Sealing) {
    this.#context = context;
    this.#sealing = sealing;
    this.#plan = plan;
    this.#state = this.#fold();
  }

  /** The plan as it stands on the disk now. */
  get plan(): ReleasePlan {
    return this.#plan;
  }

  /** The events that count: without acts that nothing proves. */
  get counted(): readonly RecordedEvent[] {
    const leftOut = this.#sealing?.leftOut;
    return leftOut === undefined ? this.#plan.events : this.#plan.events.filter((event) => !leftOut.has(event.hash));
  }

  /** What the history amounts to now. */
  get state(): ReleaseState {
    return this.#state;
  }

  /** Appends one event. Errors: `plan.changed-underneath`, `plan.write-failed`, and `signing.*` for what has to be signed. */
  record<T extends EventType>(type: T, data: EventData<T>): Promise<void> {
    return this.recordAll([[type, data] as unknown as Entry]);
  }

  /** Appends several events in one write: all of them or none. */
  recordAll(entries: readonly Entry[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#requests = [...this.#requests, { entries, done, failed }];
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    // What is recorded in this very moment belongs together.
    await Promise.resolve();
    while (this.#requests.length > 0) {
      const firstAct = this.#requests.findIndex(({ entries }) => entries.some(isAct));
      const size = firstAct === -1 ? this.#requests.length : Math.max(1, firstAct);
      const requests = this.#requests.slice(0, size);
      this.#requests = this.#requests.slice(size);
      try {
        await this.#append(requests.flatMap(({ entries }) => entries));
        for (const { done } of requests) done();
      } catch (error) {
        for (const { failed } of requests) failed(error);
      }
    }
    this.#isWriting = false;
  }

  async #append(entries: readonly Entry[]): Promise<void> {
    const { store, sink } = this.#context;
    const events: NewEvent<EventType>[] = [];
    for (const entry of entries) {
      const event = this.#event(entry);
      events.push(this.#sealing === undefined ? event : await this.#sealing.seal(this.#plan, event));
    }
    const before = this.#plan.events.length;
    this.#plan = await store.append(this.#plan, [...events, ...this.#forPrograms(events)]);
    for (const event of this.#plan.events.slice(before)) this.#own.add(event.hash);
    this.#state = this.#fold();
    for (const event of this.#plan.events.slice(before, before + entries.length)) {
      sink.emit({ type: 'recorded', seq: event.seq, event: event.type });
    }
  }

  /** What goes to programs and to the change record is queued in the same write as the transitions that it tells of. */
  #forPrograms(events: readonly NewEvent<EventType>[]): readonly NewEvent<EventType>[] {
    const first = this.#plan.events.length + 1;
    const transitions = events.map((event, index) => ({ ...event, seq: first + index }) as unknown as Transition);
    const at = events.at(-1)?.at ?? '';
    const { actor, environments, config } = this.#context;
    const notes = config.changeRecord === undefined ? [] : queuedNotes(this.#plan.id, transitions);
    return [...queuedEvents(this.#plan, config, transitions), ...notes].map((data) => ({
      type: 'notification.queued',
      data,
      at,
      actor,
      simulated: environments.simulated,
    }));
  }

  #event([type, data]: Entry): NewEvent<EventType> {
    const { clock, actor, environments } = this.#context;
    const before = countedEvents(this.#plan.events, environments.simulated ? 'any' : 'real');
    const now = clock.now();
    const at = isoTime(dateBehind(before, now, this.#sealing === undefined ? Number.POSITIVE_INFINITY : now));
    return { type, data, at, actor, simulated: environments.simulated };
  }

  /** Whether an event is of whom it names: in a company that signs, only what carries a signature that holds. */
  proves(event: RecordedEvent): boolean {
    return this.#sealing === undefined || this.#own.has(event.hash) || this.#sealing.proves(event);
  }

  #fold(): ReleaseState {
    const platform = this.#context.environments.simulated ? 'any' : 'real';
    return foldState(this.counted, platform, (event) => this.proves(event));
  }
}

function isAct([type, data]: Entry): boolean {
  return actOf({ type, data } as Pick<RecordedEvent, 'type' | 'data'>) !== undefined;
}
