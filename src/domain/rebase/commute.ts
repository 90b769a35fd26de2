import type { RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import { seatOf } from '../people/delegates.ts';
import { personOf } from '../people/people.ts';

/** Why two events that were recorded apart cannot both stand; `undefined` when either order means the same. */
export type Contradiction = string | undefined;

/** Events that change nothing that a gate looks at. */
const SILENT: readonly RecordedEvent['type'][] = [
  'notification.queued',
  'notification.sent',
  'notification.failed',
  'rehearsal.recorded',
];

/** Types that leave what an open condition is about alone, so that closing it meanwhile is no contradiction. */
const BESIDE_CONDITIONS: readonly RecordedEvent['type'][] = [
  'cab.voted',
  'cab.decided',
  'stage.started',
  'stage.completed',
  'stage.failed',
  'signoff.recorded',
  'exception.granted',
];

/**
 * Whether an event of this clone can follow one that somebody else pushed meanwhile, although its author had not seen it. Only
 * what is named here may: two votes of one round, the two sign-offs on one staging, conditions, messages. Everything else was
 * decided on a state that is no more.
 */
export function contradiction(ours: RecordedEvent, theirs: RecordedEvent, policy: Policy): Contradiction {
  if (SILENT.includes(ours.type) || SILENT.includes(theirs.type)) return undefined;
  if (ours.type === 'cab.voted' && theirs.type === 'cab.voted') return betweenVotes(ours, theirs, policy);
  if (ours.type === 'signoff.recorded' && theirs.type === 'signoff.recorded') {
    return betweenSignoffs(ours, theirs, policy);
  }
  if (ours.type === 'condition.closed' || theirs.type === 'condition.closed') return withCondition(ours, theirs);
  if (ours.type === 'hypercare.observed' && theirs.type === 'hypercare.observed') return undefined;
  if (ours.type === 'cab.voted' && theirs.type === 'cab.decided') {
    return `the CAB decided ${theirs.data.decision === 'go' ? 'Go' : 'No-Go'} before this vote was known`;
  }
  return `${ours.type} was recorded without knowing of ${theirs.type}`;
}

type EventOfType<T extends RecordedEvent['type']> = Extract<RecordedEvent, { type: T }>;

function betweenVotes(ours: EventOfType<'cab.voted'>, theirs: EventOfType<'cab.voted'>, policy: Policy): Contradiction {
  if (ours.data.round !== theirs.data.round || ours.data.specDigest !== theirs.data.specDigest) {
    return 'the two votes are about different submissions';
  }
  const [a, b] = [seatOf(ours), seatOf(theirs)].map((seat) => personOf(policy, seat));
  return a === b ? `${seatOf(theirs)} voted already` : undefined;
}

function betweenSignoffs(
  ours: EventOfType<'signoff.recorded'>,
  theirs: EventOfType<'signoff.recorded'>,
  policy: Policy,
): Contradiction {
  if (ours.data.role === theirs.data.role) return `${theirs.actor} signed off for ${theirs.data.role} already`;
  if (ours.data.stageAttempt !== theirs.data.stageAttempt || ours.data.specDigest !== theirs.data.specDigest) {
    return 'the two sign-offs are about different deployments to staging';
  }
  const [a, b] = [ours.actor, theirs.actor].map((actor) => personOf(policy, actor));
  return a === b && !policy.separation.onePersonManyRoles
    ? `${theirs.actor} signed off for ${theirs.data.role} already, and one person does not sign off for both`
    : undefined;
}

function withCondition(ours: RecordedEvent, theirs: RecordedEvent): Contradiction {
  if (ours.type === 'condition.closed' && theirs.type === 'condition.closed') {
    return ours.data.condition === theirs.data.condition && ours.data.id === theirs.data.id
      ? 'the condition was closed already'
      : undefined;
  }
  const other = ours.type === 'condition.closed' ? theirs : ours;
  return BESIDE_CONDITIONS.includes(other.type)
    ? undefined
    : `a condition was closed and ${other.type} recorded at once`;
}
