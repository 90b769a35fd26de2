import { RelctlError } from '../../errors.ts';
import { RequestFailure } from './failure.ts';
import { triesFor } from './repeat.ts';

/** What the present state of an object says about a write whose answer was lost. */
export type Fate<T> =
  | { readonly happened: true; readonly result: T }
  /** The precondition still holds, so trying again is safe: of two writes with one precondition at most one succeeds. */
  | { readonly happened: false }
  /** The object is neither as before nor as wanted: somebody else wrote, before or after us. */
  | { readonly happened: 'unknowable' };

/** A write that carries its precondition, and the way to find out whether it happened. */
export interface GuardedWrite<T> {
  /** What is written, for messages: `Deployment web`. */
  readonly subject: string;
  /** One try; throws {@link RequestFailure}. */
  attempt(): Promise<T>;
  /** Reads the object back; throws when it cannot be read. */
  readBack(): Promise<Fate<T>>;
  /** Waits before the next try, after a failure. */
  pause(tries: number, failure: RequestFailure): Promise<void>;
  /** The command that shows the object, for the hint. */
  readonly look: string;
}

/**
 * Carries out a write exactly once. A try that certainly did nothing is repeated; one with an unknown fate is read back first.
 * @throws RequestFailure for a definite no; RelctlError `cluster.ambiguous` when the fate stays unknown
 */
export async function writeOnce<T>(write: GuardedWrite<T>): Promise<T> {
  let doubtful = false;
  for (let tries = 1; ; tries += 1) {
    let failure: RequestFailure;
    try {
      return await write.attempt();
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      failure = error;
    }
    const kind = failure.failure;
    if (kind === 'unknown') doubtful = true;
    else if (kind !== 'throttled' && kind !== 'unsent' && !doubtful) throw failure;
    if (doubtful) {
      // A "conflict" after a lost answer may be the echo of our own first try.
      const fate = await readFate(write, failure);
      if (fate.happened === true) return fate.result;
      if (fate.happened === 'unknowable') throw ambiguous(write, failure);
      // It did not happen, and this answer says that it will not.
      if (kind !== 'throttled' && kind !== 'unsent' && kind !== 'unknown') throw failure;
    }
    if (tries >= triesFor(failure)) throw doubtful ? ambiguous(write, failure) : failure;
    await write.pause(tries, failure);
  }
}

async function readFate<T>(write: GuardedWrite<T>, failure: RequestFailure): Promise<Fate<T>> {
  try {
    return await write.readBack();
  } catch (error) {
    throw ambiguous(write, failure, error);
  }
}

function ambiguous<T>(write: GuardedWrite<T>, failure: RequestFailure, cause: unknown = failure): RelctlError {
  return new RelctlError(
    'cluster.ambiguous',
    `${write.subject} was being written when the answer got lost (${failure.message}), and reading it back did not settle whether it was`,
    {
      why: 'Repeating or skipping the write blindly could do it twice or not at all.',
      hints: [write.look, 'then run the same relctl command again: it reads the cluster first'],
      cause,
    },
  );
}
