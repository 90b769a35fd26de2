import type { RecordedEvent } from '../../plan/events.ts';
import { actOf } from './acts.ts';

/**
 * What a signed act is good for now.
 *
 * - `live`: it is waited for or counted. It must hold now, under the policy and keys of today; also while a deployment that
 *   counted it is under way, since the record of its beginning is not signed.
 * - `used`: a deployment that has ended counted it. It must have held then, under the policy and keys of then.
 * - `done`: it had its effect when it was recorded (a submission, an exception). It must have held when it was recorded.
 * - `superseded`: a later round, staging or reopening made it void; the state of the release does not count it either.
 */
export type Standing =
  | { readonly kind: 'live' }
  | { readonly kind: 'used'; readonly at: string; readonly trust: string | undefined }
  | { readonly kind: 'done' }
  | { readonly kind: 'superseded' };

/** The standing of the event at `index` of a history. */
export function standingOf(events: readonly RecordedEvent[], index: number): Standing {
  const event = events[index];
  const act = event === undefined ? undefined : actOf(event);
  if (act === undefined) return { kind: 'done' };
  if (index < lastOf(events, 'plan.reopened')) return { kind: 'superseded' };
  if (act === 'hypercare' || act === 'exception') return { kind: 'done' };
  if (index < lastOf(events, act === 'qa' || act === 'ops' ? 'stage.started' : 'cab.submitted')) {
    return { kind: 'superseded' };
  }
  if (act === 'submit') return { kind: 'done' };
  const deploy = lastOf(events, 'deploy.started');
  const started = events[deploy];
  if (started?.type !== 'deploy.started' || deploy < index) return { kind: 'live' };
  return events.slice(deploy).some((one) => one.type === 'deploy.completed' || one.type === 'rollback.completed')
    ? { kind: 'used', at: started.at, trust: started.data.trust?.commit }
    : { kind: 'live' };
}

/** Index of the last event of a type that lies before `before`; -1 when there is none. */
export function lastOf(events: readonly RecordedEvent[], type: RecordedEvent['type'], before = events.length): number {
  for (let index = Math.min(before, events.length) - 1; index >= 0; index -= 1) {
    if (events[index]?.type === type) return index;
  }
  return -1;
}
