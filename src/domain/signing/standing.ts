import type { RecordedEvent } from '../../plan/events.ts';
import type { SignedAct } from '../../plan/policy.ts';
import { actOf } from './acts.ts';

/**
 * What a signed act is good for now.
 *
 * - `live`: a step forward may still rest on it. It must hold now, under the policy and keys of today, as if it were given now.
 * - `used`: a deployment that is proved to have ended counted it. It must have held then, under the policy and keys of then.
 * - `done`: it is the record of something that is over. It must have held when it was recorded.
 * - `superseded`: a later round, staging, attempt or reopening made it void; the state of the release does not count it either.
 */
export type Standing =
  | { readonly kind: 'live' }
  | { readonly kind: 'used'; readonly at: string; readonly trust: string | undefined }
  | { readonly kind: 'done' }
  | { readonly kind: 'superseded' };

/** A deployment whose beginning and end are proved: both records are signed and hold. */
export interface EndedDeployment {
  /** Index of its beginning. */
  readonly index: number;
  readonly at: string;
  /** Commit of the protected branch whose rules it was begun under. */
  readonly trust: string | undefined;
}

/** The last event of a type that makes void what stands before it, by what it is about. */
const VOIDED_BY: Readonly<Record<SignedAct, RecordedEvent['type']>> = {
  submit: 'cab.submitted',
  cab: 'cab.submitted',
  condition: 'cab.submitted',
  qa: 'stage.started',
  ops: 'stage.started',
  stage: 'stage.started',
  deploy: 'deploy.started',
  outcome: 'deploy.started',
  branches: 'branches.chosen',
  exception: 'plan.reopened',
  hypercare: 'plan.reopened',
};

/** Acts that no step forward rests on: what they say stays said, whatever the rules are by now, and unsigned they shut no step. */
const STAND_AS_GIVEN: readonly RecordedEvent['type'][] = ['plan.reopened', 'deploy.resumed', 'canary.held'];

/**
 * The standing of each event of a history.
 * @param events those that count
 * @param ended the last deployment, where its end is proved; what only says that it ended makes nothing `used`
 * @param fallen indices of what the state of the release leaves out: it makes nothing void
 */
export function standingsOf(
  events: readonly RecordedEvent[],
  ended: EndedDeployment | undefined,
  fallen: ReadonlySet<number> = new Set(),
): (index: number) => Standing {
  const last = new Map<RecordedEvent['type'], number>();
  for (const [index, event] of events.entries()) if (!fallen.has(index)) last.set(event.type, index);
  const lastIndex = (type: RecordedEvent['type']) => last.get(type) ?? -1;
  return (index) => {
    const event = events[index];
    const act = event === undefined ? undefined : actOf(event);
    if (act === undefined || act === 'hypercare') return { kind: 'done' };
    if (index < lastIndex('plan.reopened') || index < lastIndex(VOIDED_BY[act])) return { kind: 'superseded' };
    if (act === 'outcome' || (event !== undefined && STAND_AS_GIVEN.includes(event.type))) return { kind: 'done' };
    if (ended === undefined || ended.index < lastIndex('deploy.started')) return { kind: 'live' };
    if (act === 'deploy') return { kind: 'done' };
    return index < ended.index ? { kind: 'used', at: ended.at, trust: ended.trust } : { kind: 'live' };
  };
}

/** Index of the last event of a type that lies before `before`; -1 when there is none. */
export function lastOf(events: readonly RecordedEvent[], type: RecordedEvent['type'], before = events.length): number {
  for (let index = Math.min(before, events.length) - 1; index >= 0; index -= 1) {
    if (events[index]?.type === type) return index;
  }
  return -1;
}
