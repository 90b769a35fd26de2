import type { FollowQuery, KubeObject } from '../../ports/cluster.ts';
import type { Context } from '../release/context.ts';
import { stopIfInterrupted } from './interrupted.ts';
import { keepLock, type Lock } from './lock.ts';

/** How often whoever waits looks up, though nothing has changed. */
export const LOOK_MS = 1000;

/** What a look says: an answer, or what is still missing. */
export type Looked<T> = { readonly answer: T } | { readonly detail: string };

/** What is waited for. */
export interface Wait<T> {
  /** What changes, for people: `Deployment/web`. */
  readonly subject: string;
  readonly queries: readonly FollowQuery[];
  /** Looks at what each query selects. What it throws ends the wait. */
  readonly look: (view: readonly (readonly KubeObject[])[]) => Looked<T> | Promise<Looked<T>>;
}

/**
 * Looks at some objects whenever they have changed, and keeps the lock meanwhile, until a look has an answer.
 * @throws RelctlError `answer.interrupted`, and all of the cluster's
 */
export async function lookUntil<T>(context: Context, lock: Lock, { subject, queries, look }: Wait<T>): Promise<T> {
  const { clock, sink, interruption } = context;
  let said: { readonly detail: string; readonly at: number } | undefined;
  for await (const view of lock.cluster.follow(queries, { every: LOOK_MS, signal: interruption.signal })) {
    const looked = await look(view);
    if ('answer' in looked) return looked.answer;
    // Changes come in bursts; what is missing is told when it is something else, and every second.
    const now = clock.now();
    if (said?.detail !== looked.detail || now - said.at >= LOOK_MS) {
      sink.emit({ type: 'waiting', subject, detail: looked.detail });
      said = { detail: looked.detail, at: now };
    }
    await keepLock(context, lock);
  }
  stopIfInterrupted(context);
  throw new Error('a cluster stopped telling of changes before it was told to');
}
