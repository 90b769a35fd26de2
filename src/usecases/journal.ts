import { isoTime, timeOf } from '../domain/calendar.ts';
import { foldState, type ReleaseState } from '../domain/state.ts';
import type { NewEvent } from '../plan/chain.ts';
import type { EventData, EventType } from '../plan/events.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import type { ReadingContext } from './context.ts';

type Entry = { [T in EventType]: readonly [type: T, data: EventData<T>] }[EventType];

/**
 * The history of one release while a command works on it. Each record is one atomic write of the whole file; records that
 * steps make at the same time are written one after the other.
 */
export class Journal {
  #plan: ReleasePlan;
  #state: ReleaseState;
  #tail: Promise<unknown> = Promise.resolve();
  readonly #context: Pick<ReadingContext, 'clock' | 'store' | 'environments' | 'sink' | 'actor'>;

  constructor(context: Pick<ReadingContext, 'clock' | 'store' | 'environments' | 'sink' | 'actor'>, plan: ReleasePlan) {
    this.#context = context;
    this.#plan = plan;
    this.#state = this.#fold(plan);
  }

  /** The plan as it stands on the disk now. */
  get plan(): ReleasePlan {
    return this.#plan;
  }

  /** What the history amounts to now. */
  get state(): ReleaseState {
    return this.#state;
  }

  /** Appends one event. Errors: `plan.changed-underneath`, `plan.write-failed`. */
  record<T extends EventType>(type: T, data: EventData<T>): Promise<void> {
    return this.recordAll([[type, data] as unknown as Entry]);
  }

  /** Appends several events in one write: all of them or none. */
  recordAll(entries: readonly Entry[]): Promise<void> {
    const write = this.#tail.then(() => this.#append(entries));
    this.#tail = write.catch(() => undefined);
    return write;
  }

  async #append(entries: readonly Entry[]): Promise<void> {
    const { store, sink } = this.#context;
    this.#plan = await store.append(
      this.#plan,
      entries.map((entry) => this.#event(entry)),
    );
    this.#state = this.#fold(this.#plan);
    for (const event of this.#plan.events.slice(-entries.length)) {
      sink.emit({ type: 'recorded', seq: event.seq, event: event.type });
    }
  }

  #event([type, data]: Entry): NewEvent<EventType> {
    const { clock, actor, environments } = this.#context;
    const last = this.#plan.events.at(-1);
    // Clocks of two machines differ: an event is never dated before the one that it follows.
    const at = isoTime(Math.max(clock.now(), last === undefined ? 0 : timeOf(last.at)));
    return { type, data, at, actor, simulated: environments.simulated };
  }

  #fold(plan: ReleasePlan): ReleaseState {
    return foldState(plan.events, this.#context.environments.simulated ? 'any' : 'real');
  }
}
