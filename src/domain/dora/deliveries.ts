import type { RecordedEvent } from '../../plan/events.ts';
import { timeOf } from '../schedule/calendar.ts';

/** One deployment of a release to production that came to an end: out in whole, or taken back. Times in milliseconds since the epoch. */
export interface Delivery {
  /** When production took it in whole, or, when it never did, when it was given up. */
  readonly at: number;
  readonly commit: string | undefined;
  /** When the plan was created: the beginning of the lead time where the commit is not known. */
  readonly plannedAt: number | undefined;
  /** Why it counts as a failed change. */
  readonly failure: Failure | undefined;
}

/** A change that needed remediation. */
export interface Failure {
  readonly how: 'rolled-back' | 'aborted' | 'frozen' | 'review';
  /** When remediation began, and when production was what it had been; `undefined` while it is not, or where nothing was restored. */
  readonly from: number;
  readonly restoredAt: number | undefined;
}

/**
 * The deployments that a history tells of. A rollback, an abort or a freeze makes the attempt that it undoes a failed one, and so
 * does a review whose outcome is a failure; an attempt that is still at work is none yet.
 * @param events those that count, in order: real ones, or all where everything was simulated
 */
export function deliveriesOf(events: readonly RecordedEvent[]): readonly Delivery[] {
  const found: Delivery[] = [];
  let plannedAt: number | undefined;
  let commit: string | undefined;
  let isOpen = false;
  let from: number | undefined;
  let aborted = false;
  const replaceLast = (change: (last: Delivery) => Delivery): void => {
    const last = found.at(-1);
    if (last !== undefined) found[found.length - 1] = change(last);
  };
  const fail = (how: Failure['how'], at: number, restoredAt: number | undefined): void => {
    const failure: Failure = { how, from: from ?? at, restoredAt };
    if (isOpen) found.push({ at, commit, plannedAt, failure });
    else replaceLast((last) => ({ ...last, failure: { ...failure, how: last.failure?.how ?? how } }));
    isOpen = false;
  };
  for (const event of events) {
    const at = timeOf(event.at);
    switch (event.type) {
      case 'plan.created':
        plannedAt ??= at;
        break;
      case 'stage.started':
        commit = event.data.commit;
        break;
      case 'deploy.started':
        isOpen = true;
        from = undefined;
        aborted = false;
        break;
      case 'deploy.completed':
        if (isOpen) found.push({ at, commit, plannedAt, failure: undefined });
        isOpen = false;
        break;
      case 'deploy.aborted':
        aborted = true;
        from ??= at;
        break;
      case 'rollback.started':
        from ??= at;
        break;
      case 'release.frozen':
        from ??= at;
        fail('frozen', at, undefined);
        break;
      case 'rollback.completed':
        fail(aborted ? 'aborted' : 'rolled-back', at, at);
        break;
      case 'review.closed':
        if (event.data.outcome === 'failure') {
          replaceLast((last) => ({
            ...last,
            failure: last.failure ?? { how: 'review', from: at, restoredAt: undefined },
          }));
        }
        break;
    }
  }
  return found;
}
