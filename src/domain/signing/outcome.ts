import type { RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Spec } from '../../plan/spec.ts';
import { peopleOf } from '../people/people.ts';

/**
 * Who may sign a record of the time after the deployment: whoever may give the command that makes it. Machines look on; how a release ended is
 * said by people.
 */
export function outcomeHolders(
  type: RecordedEvent['type'],
  spec: Spec,
  { roles, machines }: Pick<Policy, 'roles' | 'machines'>,
): readonly string[] {
  switch (type) {
    case 'verify.recorded':
      return [...peopleOf(spec, roles.verify), ...machines];
    case 'hypercare.started':
      return [...peopleOf(spec, [...roles.verify, ...roles.hypercare]), ...machines];
    case 'success.observed':
      return [...peopleOf(spec, ['productManager', 'rdLead', 'operations', ...roles.review]), ...machines];
    case 'success.judged':
    case 'review.closed':
      return peopleOf(spec, roles.review);
    default:
      return [...peopleOf(spec, roles.hypercare), ...machines];
  }
}

/** The event that whoever signs such a record must have seen. */
export function seenForOutcome(type: RecordedEvent['type']): RecordedEvent['type'] {
  switch (type) {
    case 'incident.opened':
      return 'deploy.started';
    case 'incident.closed':
      return 'incident.opened';
    case 'hypercare.observed':
    case 'hypercare.extended':
      return 'hypercare.started';
    case 'success.judged':
    case 'review.closed':
      return 'hypercare.closed';
    default:
      return 'deploy.completed';
  }
}
