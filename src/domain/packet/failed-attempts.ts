import type { RecordedEvent } from '../../plan/events.ts';

/** An attempt of a release to go to production that was taken back or froze. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly how: 'rolled back' | 'aborted' | 'frozen';
  /** RFC 3339 in UTC. */
  readonly at: string;
  readonly reason: string;
  /** Why the plan was made a draft again after it; `undefined` while it was not. */
  readonly reopened: string | undefined;
}

/**
 * The failed attempts that a history tells of, in order. They outlive the reopening of the plan, after which the state of the
 * release knows nothing of them.
 * @param events those that count: real ones, or all where everything was simulated
 */
export function failedAttempts(events: readonly RecordedEvent[]): readonly FailedAttempt[] {
  const found: FailedAttempt[] = [];
  let reason = '';
  let aborted = false;
  for (const event of events) {
    switch (event.type) {
      case 'deploy.started':
        reason = '';
        aborted = false;
        break;
      case 'deploy.aborted':
        reason = event.data.reason;
        aborted = true;
        break;
      case 'rollback.started':
        // Who aborts says why; the rollback that follows only carries it out.
        if (!aborted) reason = event.data.reason;
        break;
      case 'rollback.completed':
        found.push({ ...ending(event, aborted ? 'aborted' : 'rolled back'), reason });
        break;
      case 'release.frozen':
        found.push({ ...ending(event, 'frozen'), reason: event.data.reason });
        break;
      case 'plan.reopened': {
        const last = found.at(-1);
        // Reopened again before production: that reason is not about the failure.
        if (last !== undefined && last.reopened === undefined) {
          found[found.length - 1] = { ...last, reopened: event.data.reason };
        }
        break;
      }
    }
  }
  return found;
}

function ending(
  event: { readonly at: string; readonly data: { readonly attempt: number } },
  how: FailedAttempt['how'],
): Omit<FailedAttempt, 'reason'> {
  return { attempt: event.data.attempt, how, at: event.at, reopened: undefined };
}
