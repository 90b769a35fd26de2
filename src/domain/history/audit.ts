import { countedEvents } from '../../plan/counted.ts';
import type { EventOf } from '../../plan/events.ts';
import { PUTS_BACK } from '../../plan/guard.ts';
import { findHistoryFaults } from '../../plan/order/order.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import { type DelegatedRole, seatFor, seatOf } from '../people/delegates.ts';
import { personOf, samePerson } from '../people/people.ts';
import { boardTally, decisionNow } from '../process/tally.ts';
import { timeOf } from '../schedule/calendar.ts';
import { foldState, type Proves, phaseOf } from './fold.ts';

/** Something that does not hold in the history of a release. */
export interface AuditFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Number of the event, where it is about one. */
  readonly seq?: number;
  /** True where something else than the history kept it from being checked, such as settings of today that do not read. */
  readonly unchecked?: boolean;
  readonly problem: string;
  readonly fix: string;
}

/**
 * Re-checks a history that reads and whose chain holds: that the file says no other phase than its events, that what was
 * approved is what stands above, that each decision follows from the votes, and that people took only their own parts. Pure and offline.
 */
export function auditHistory(plan: ReleasePlan, policy: Policy, proves: Proves = () => true): readonly AuditFinding[] {
  const counted = { ...plan, events: countedEvents(plan.events) };
  return [...RULES.flatMap((rule) => rule(counted, policy, proves)), ...rehearsed(plan)];
}

/** Events whose actor is an author of the plan from then on; each begins a new round of votes. */
const AUTHORING: readonly string[] = ['plan.created', 'plan.revised', 'plan.reopened', 'cab.submitted'];

type AuditRule = (plan: ReleasePlan, policy: Policy, proves: Proves) => readonly AuditFinding[];

const claimedPhase: AuditRule = (plan) => {
  const phase = phaseOf(plan.events);
  return plan.claimedPhase === undefined || plan.claimedPhase === phase
    ? []
    : [
        {
          code: 'phase-mismatch',
          severity: 'error',
          problem: `the file says ${plan.claimedPhase}, its events say ${phase}`,
          fix: `${command`git checkout -- ${plan.file}`} ${PUTS_BACK}`,
        },
      ];
};

const approvedText: AuditRule = (plan) => {
  const { phase, subject } = foldState(plan.events);
  if (subject === undefined || phase === 'draft' || phase === 'no-go') return [];
  if (subject.specDigest !== plan.specDigest) {
    return [
      {
        code: 'spec-changed',
        severity: 'error',
        problem: `the plan is not the one that was approved: its digest is ${plan.specDigest.slice(0, 16)}, ${subject.specDigest.slice(0, 16)} is recorded`,
        fix: command`git log -p -- ${plan.file}; restore it, or have it approved again: relctl plan ${plan.id} --reopen "<reason>"`,
      },
    ];
  }
  return subject.textDigest === plan.textDigest
    ? []
    : [
        {
          code: 'text-changed',
          severity: 'error',
          problem:
            'the text above status is not the one that was approved, although it means the same (a comment, an order, a space)',
          fix: command`git log -p -- ${plan.file}; restore it, or have it approved again: relctl plan ${plan.id} --reopen "<reason>"`,
        },
      ];
};

/**
 * Each decision must follow from the votes of its round, and nobody outside the board, and no author, votes. Rounds about an
 * earlier text are not judged: who was on the board then is no longer in the file.
 */
const decisions: AuditRule = (plan, policy, proves) => {
  const findings: AuditFinding[] = [];
  let votes: EventOf<'cab.voted'>[] = [];
  let round: string | undefined;
  let before: 'go' | 'no-go' | undefined;
  const authors: string[] = [];
  const seatless: string[] = [];
  for (const event of plan.events) {
    if (AUTHORING.includes(event.type)) {
      authors.push(event.actor);
      if (proves(event)) seatless.push(event.actor);
      votes = [];
      before = undefined;
    }
    if (event.type === 'cab.submitted') round = event.data.specDigest;
    if (round !== plan.specDigest) continue;
    if (event.type === 'cab.voted') {
      findings.push(
        ...voter(plan, policy, event.data.decision === 'go' ? authors : seatless, event),
        ...secondAddress(plan, policy, votes, event),
      );
      votes.push(event);
    }
    if (event.type === 'cab.decided') {
      const counted = boardTally(votes, { spec: plan.spec, authors, seatless, policy });
      const founded = decisionNow(counted, before) === event.data.decision;
      before = event.data.decision;
      if (!founded) {
        findings.push({
          code: 'decision-unfounded',
          severity: 'error',
          seq: event.seq,
          problem: `the recorded decision is ${event.data.decision}, but ${counted.go} Go and ${counted.noGo} No-Go of ${counted.board} do not make it`,
          fix: command`relctl plan ${plan.id} --reopen "<reason>"`,
        });
      }
    }
  }
  // Nobody signs that a Go became a No-Go, so it may have been taken out.
  const voting = { spec: plan.spec, authors, seatless, policy };
  if (before === 'go' && decisionNow(boardTally(votes, voting), before) === 'no-go') {
    findings.push({
      code: 'decision-unfounded',
      severity: 'error',
      problem: 'the votes of the last round make a No-Go, and no decision says so',
      fix: command`relctl plan ${plan.id} --reopen "<reason>"`,
    });
  }
  return findings;
};

/** What was voted on is what was submitted, and what was staged or deployed is what the board gave its Go for. */
const approvedBefore: AuditRule = (plan) => {
  const findings: AuditFinding[] = [];
  let submitted: string | undefined;
  let approved: string | undefined;
  const fix = command`relctl plan ${plan.id} --reopen "<reason>"`;
  for (const event of plan.events) {
    const { type, seq } = event;
    if (type === 'plan.reopened' || type === 'cab.submitted') approved = undefined;
    if (type === 'cab.submitted') submitted = event.data.specDigest;
    if (type === 'cab.decided' && event.data.decision === 'go') approved = submitted;
    if (type === 'cab.voted' && event.data.specDigest !== submitted) {
      const problem = `${event.actor} voted on a different text than the one that was submitted`;
      findings.push({ code: 'vote-on-another-text', severity: 'error', seq, problem, fix });
    }
    if ((type === 'stage.started' || type === 'deploy.started') && event.data.specDigest !== approved) {
      const problem = `${type} is about a text for which the CAB had not given a Go`;
      findings.push({ code: 'not-approved', severity: 'error', seq, problem, fix });
    }
  }
  return findings;
};

function voter(
  plan: ReleasePlan,
  policy: Policy,
  authors: readonly string[],
  event: EventOf<'cab.voted'>,
): readonly AuditFinding[] {
  const { actor, seq } = event;
  const fix = command`relctl plan ${plan.id} --reopen "<reason>"`;
  if (!holdsSeat(plan, policy, 'cab', event)) {
    return [
      { code: 'voter-not-on-board', severity: 'error', seq, problem: `${actor} voted and is not on the board`, fix },
    ];
  }
  const made = authors.map((one) => personOf(policy, one));
  if (!policy.separation.authorMayApprove && made.includes(personOf(policy, actor))) {
    return [{ code: 'voter-is-author', severity: 'error', seq, problem: `${actor} voted on a plan of their own`, fix }];
  }
  return [];
}

/** A person who votes under another address than before stands in the record like two. */
function secondAddress(
  plan: ReleasePlan,
  policy: Policy,
  votes: readonly EventOf<'cab.voted'>[],
  { actor, seq }: EventOf<'cab.voted'>,
): readonly AuditFinding[] {
  const before = votes.find((one) => one.actor !== actor && samePerson(one.actor, actor, policy));
  if (before === undefined) return [];
  const problem = `${actor} is the person who voted as ${before.actor}`;
  const fix = command`relctl plan ${plan.id} --reopen "<reason>"`;
  return [{ code: 'person-counted-already', severity: 'error', seq, problem, fix }];
}

/** QA and Operations sign for themselves, and not one person for both; of the text that stands, as above. */
const signoffs: AuditRule = (plan, policy) => {
  const findings: AuditFinding[] = [];
  let last: { role: string; actor: string } | undefined;
  for (const event of plan.events) {
    if (event.type === 'stage.started') last = undefined;
    if (event.type !== 'signoff.recorded' || event.data.specDigest !== plan.specDigest) continue;
    const { role } = event.data;
    const fix = `stage again, and have both sign-offs given again: ${command`relctl stage ${plan.id}`}`;
    if (!holdsSeat(plan, policy, role, event)) {
      findings.push({
        code: 'signer-without-role',
        severity: 'error',
        seq: event.seq,
        problem: `${event.actor} signed off for ${role} without the role`,
        fix,
      });
    }
    if (
      !policy.separation.onePersonManyRoles &&
      last &&
      last.role !== role &&
      samePerson(last.actor, event.actor, policy)
    ) {
      findings.push({
        code: 'one-person-two-roles',
        severity: 'error',
        seq: event.seq,
        problem: `${event.actor} signed off for ${last.role} and for ${role}`,
        fix,
      });
    }
    last = { role, actor: event.actor };
  }
  return findings;
};

/** Who approved holds the role, or stood in for somebody who does on a day that a delegation covers. */
function holdsSeat(
  plan: ReleasePlan,
  policy: Policy,
  role: DelegatedRole,
  event: EventOf<'cab.voted'> | EventOf<'signoff.recorded'>,
): boolean {
  const { cab, qa, operations } = plan.spec.owners;
  const seat = seatFor(policy, plan.spec, role, { cab, qa, ops: operations }[role], event.actor, timeOf(event.at));
  return seat !== undefined && samePerson(seat, seatOf(event));
}

/** Every event follows what stands before it, as the process records and dates them. */
const order: AuditRule = (plan) =>
  findHistoryFaults(plan.events).map(({ seq, problem }) => ({
    code: 'order-impossible',
    severity: 'error' as const,
    seq,
    problem: `event ${seq} ${problem}: the process does not write that`,
    fix: command`git log -p -- ${plan.file} shows who recorded it`,
  }));

const rehearsed = (plan: Pick<ReleasePlan, 'events'>): readonly AuditFinding[] => {
  const simulated = plan.events.filter((event) => event.simulated === true).length;
  return simulated === 0
    ? []
    : [
        {
          code: 'simulated',
          severity: 'warning',
          problem: `${simulated} of ${plan.events.length} events were made in the sandbox; they do not count in a real release`,
          fix: 'nothing to do in the sandbox',
        },
      ];
};

const RULES: readonly AuditRule[] = [claimedPhase, order, approvedText, decisions, approvedBefore, signoffs];
