import { countedEvents } from '../../plan/counted.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import { seatOf } from '../people/delegates.ts';
import { personOf } from '../people/people.ts';
import type { AuditFinding } from './audit.ts';
import { foldState } from './fold.ts';

/** Whoever began a deployment must not have approved it, apart from what the policy allows. */
export function auditDeployer(plan: Pick<ReleasePlan, 'id' | 'events'>, policy: Policy): readonly AuditFinding[] {
  const allowed = policy.separation.deployerMayHaveSigned;
  const events = countedEvents(plan.events);
  return events.flatMap((event, index) => {
    if (event.type !== 'deploy.started') return [];
    const before = foldState(events.slice(0, index));
    const deployer = personOf(policy, event.actor);
    const { qa, ops } = before.signoffs;
    const approvals = [
      ...(before.cab?.votes ?? []).map((vote) => ({ act: 'cab' as const, event: vote })),
      ...[qa, ops].flatMap((one) => (one === undefined ? [] : [{ act: one.data.role, event: one }])),
    ];
    const own = approvals.find(
      (one) =>
        !allowed.includes(one.act) &&
        [one.event.actor, seatOf(one.event)].some((person) => personOf(policy, person) === deployer),
    );
    return own === undefined
      ? []
      : [
          {
            code: 'deployer-approved',
            severity: 'error' as const,
            seq: event.seq,
            problem: `${event.actor} deployed what they had approved in event ${own.event.seq}`,
            fix: `somebody else deploys: ${command`relctl deploy ${plan.id}`}`,
          },
        ];
  });
}
