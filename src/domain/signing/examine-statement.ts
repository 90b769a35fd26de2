import { genesisHash } from '../../plan/chain.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { EventData, EventOf, RecordedEvent } from '../../plan/events.ts';
import { CLOCKS_DIFFER_MS } from '../../plan/order/dates.ts';
import type { SignedAct } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { delegatorsOf } from '../people/delegates.ts';
import { isAmong, peopleOf } from '../people/people.ts';
import { closes } from '../process/condition-id.ts';
import { timeOf } from '../schedule/calendar.ts';
import { ACTS, APPROVER_ROLES, actOf, isApproval, isRecord } from './acts.ts';
import { examineProof, proverOf } from './examine-proof.ts';
import type { Fault } from './examine-signer.ts';
import { outcomeHolders, seenForOutcome } from './outcome.ts';
import { lastOf, type Standing } from './standing.ts';
import { actDigest, checksDigest, decisionOf, type Statement, subjectsOf } from './statement.ts';
import type { Trust } from './trust.ts';

/** How long after its signing an act may be taken in; longer, and nobody knows under which rules it was given. */
const TAKEN_IN_WITHIN_MS = 24 * 3_600_000;
const DAY_MS = 86_400_000;

/** What the second part of the examination looks at. */
export interface StatementFacts {
  readonly plan: Pick<ReleasePlan, 'id' | 'metadata' | 'spec' | 'specDigest' | 'textDigest'>;
  /** What counts and holds, with the event that is looked at: nothing else says which round or staging an act is about. */
  readonly events: readonly RecordedEvent[];
  readonly index: number;
  /** The whole chain, as whoever signed saw it. */
  readonly chain: readonly RecordedEvent[];
  /** What stands before it and is signed, so that its date is known: whoever may push dates all else as they like. */
  readonly proved: readonly RecordedEvent[];
  readonly act: SignedAct;
  readonly standing: Standing;
  /** The rules under which the act must hold. */
  readonly trust: Trust;
  /** The rules at the commit that the statement names; `undefined` when that never stood on the protected branch. */
  readonly named: Trust | undefined;
  /** False when these rules were not those of the protected branch when the act was recorded; looked at for what is over. */
  readonly inForce: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Rule = (statement: Statement['predicate'], facts: StatementFacts, whole: Statement) => Fault | undefined;

/** Second part of the examination, of a statement whose signature was verified: is it about this act, here and now? */
export function examineStatement(statement: Statement, facts: StatementFacts): Fault | undefined {
  for (const rule of RULES) {
    const fault = rule(statement.predicate, facts, statement);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const place: Rule = ({ release, repository, environment, role }, { plan, trust, act }) => {
  if (release !== plan.id) return { code: 'wrong-release', detail: release };
  if (repository !== trust.policy.signing.repository) return { code: 'wrong-repository', detail: repository };
  if (role !== act) return { code: 'wrong-role', detail: `${role} instead of ${act}` };
  const expected = ACTS[act].environment;
  return environment === expected
    ? undefined
    : { code: 'wrong-environment', detail: `${environment}, not ${expected}` };
};

const content: Rule = (statement, { events, index, chain }) => {
  const event = events[index] as RecordedEvent;
  const { onBehalfOf } = event.data as { onBehalfOf?: string };
  const round = roundOf(events.slice(0, index), event, chain);
  if (statement.round !== round) return { code: 'wrong-round', detail: `${statement.round}, not ${round}` };
  const decision = decisionOf(event);
  if (statement.decision !== decision) return { code: 'decision-mismatch', detail: `${statement.decision} signed` };
  if (statement.onBehalfOf !== onBehalfOf) {
    return { code: 'delegator-mismatch', detail: `${statement.onBehalfOf ?? 'nobody'} signed` };
  }
  if (statement.checks !== checksDigest(event)) return { code: 'checks-mismatch', detail: 'their digest differs' };
  return statement.act === actDigest(event) ? undefined : { code: 'act-mismatch', detail: 'its digest differs' };
};

const subjects: Rule = (_, { plan, events, index, standing, act }, { subject }) => {
  const event = events[index] as RecordedEvent;
  const recorded = event.data as { specDigest?: string; textDigest?: string };
  const isVoid = standing.kind === 'superseded' || isOfDraft(events, index, act);
  const spec = isVoid ? recorded.specDigest : plan.specDigest;
  const text = isVoid ? recorded.textDigest : plan.textDigest;
  const signed = (part: string) =>
    subject.find((one) => one.name === `releases/${plan.id}.yaml#${part}`)?.digest.sha256;
  const [signedSpec, signedText] = [signed('spec'), signed('text')];
  if (signedSpec === undefined || signedText === undefined) return { code: 'wrong-release', detail: 'other subjects' };
  const disagrees = (one: string | undefined, other: string) => one !== undefined && one !== other;
  if (disagrees(spec, signedSpec) || disagrees(recorded.specDigest, signedSpec))
    return { code: 'spec-changed', detail: `${signedSpec.slice(0, 16)} was signed` };
  if (disagrees(text, signedText) || disagrees(recorded.textDigest, signedText))
    return { code: 'text-changed', detail: `${signedText.slice(0, 16)} was signed` };
  const [, , images] = subjectsOf(plan.id, signedSpec, signedText, stagedImages(events, index));
  return signed('staged-images') === images?.digest.sha256
    ? undefined
    : { code: 'images-changed', detail: 'the digest of the images in staging differs' };
};

/** An exception for a draft, what it is to hold, and that it is one again, stay in the record while the draft changes on. */
function isOfDraft(events: readonly RecordedEvent[], index: number, act: SignedAct): boolean {
  if (events[index]?.type === 'plan.reopened') return true;
  const submitted = lastOf(events, 'cab.submitted');
  return (act === 'exception' || act === 'branches') && (submitted === -1 || index < submitted);
}

const policy: Rule = (statement, { plan, events, index, act, named, inForce, standing }) => {
  const { process, version, sha256, commit } = statement.policy;
  if (process !== plan.metadata.process && standing.kind !== 'superseded' && !isOfDraft(events, index, act))
    return { code: 'policy-of-another-process', detail: process };
  if (named === undefined) return { code: 'policy-not-protected', detail: `commit ${commit.slice(0, 12)}` };
  if (!inForce && (standing.kind === 'used' || standing.kind === 'done'))
    return { code: 'policy-not-in-force', detail: `commit ${commit.slice(0, 12)}` };
  const { trust } = (events[index] as RecordedEvent).data as { readonly trust?: { readonly commit: string } };
  if (trust !== undefined && trust.commit !== commit)
    return { code: 'policy-mismatch', detail: `${trust.commit.slice(0, 12)} recorded, ${commit.slice(0, 12)} signed` };
  return named.policyDigest === sha256 && named.policy.version === version
    ? undefined
    : { code: 'policy-mismatch', detail: `version ${named.policy.version} at ${commit.slice(0, 12)}` };
};

const times: Rule = (statement, { events, index, proved, trust, standing, now }) => {
  const at = timeOf((events[index] as RecordedEvent).at);
  const [issued, expires] = [timeOf(statement.issuedAt), timeOf(statement.expiresAt)];
  if (issued > at) return { code: 'issued-in-future', detail: `signed ${statement.issuedAt}` };
  if (at - issued > TAKEN_IN_WITHIN_MS) return { code: 'taken-in-late', detail: `signed ${statement.issuedAt}` };
  if (at > now + CLOCKS_DIFFER_MS) return { code: 'from-the-future', detail: (events[index] as RecordedEvent).at };
  // Nothing else keeps whoever had a key from dating what they sign now to when it was good.
  const last = latest(proved);
  if (last !== undefined && at < timeOf(last.at))
    return { code: 'dated-back', detail: `to before event ${last.seq}, of ${last.at}` };
  const { maxAgeDays } = trust.policy.signing;
  if (expires - issued > maxAgeDays * DAY_MS)
    return { code: 'lifetime-too-long', detail: `until ${statement.expiresAt}` };
  const used = standing.kind === 'live' ? now : standing.kind === 'used' ? timeOf(standing.at) : at;
  return used > expires ? { code: 'approval-expired', detail: `on ${statement.expiresAt}` } : undefined;
};

const seen: Rule = (statement, { plan, events, index, chain, proved, act }) => {
  const event = events[index] as RecordedEvent;
  const last = chain.find((one) => one.hash === statement.seen);
  const isBeginning = statement.seen === genesisHash(plan.id);
  const found = last?.seq ?? 0;
  if ((last === undefined && !isBeginning) || found >= event.seq)
    return { code: 'seen-unknown', detail: `event ${statement.seen.slice(0, 16)}` };
  const decidedOn = decidedBefore(event.type, act);
  const decided = decidedOn === undefined ? 0 : (events[lastOf(events, decidedOn, index)]?.seq ?? 0);
  const needed = Math.max(decided, heldBefore(chain, event), deployedBefore(events, event));
  if (found < needed) return { code: 'seen-too-early', detail: `saw event ${found}, decided on ${needed}` };
  const known = latest(proved.filter((one) => one.seq <= found));
  return known !== undefined && timeOf(statement.issuedAt) + CLOCKS_DIFFER_MS < timeOf(known.at)
    ? { code: 'issued-before-seen', detail: `signed ${statement.issuedAt}, seen ${known.at}` }
    : undefined;
};

/** The event of the latest date. */
function latest(events: readonly RecordedEvent[]): RecordedEvent | undefined {
  return events.reduce<RecordedEvent | undefined>(
    (last, one) => (last === undefined || timeOf(one.at) > timeOf(last.at) ? one : last),
    undefined,
  );
}

const nonce: Rule = (statement, { events, index, chain }) =>
  chain.some((one) => one.seq < (events[index]?.seq ?? 0) && rawPredicate(one)?.nonce === statement.nonce)
    ? { code: 'nonce-reused', detail: statement.nonce }
    : undefined;

const role: Rule = ({ signer, onBehalfOf }, { plan, events, index, act, trust, standing }) => {
  if (standing.kind === 'superseded' || act === 'exception') return undefined;
  const event = events[index] as RecordedEvent;
  // A machine records what it did; it never approves, whatever a plan says that it is.
  const person = proverOf(event, signer);
  if (!isRecord(act) && act !== 'outcome' && isAmong(trust.policy.machines, person))
    return { code: 'signer-without-role', detail: `${person} is a machine` };
  const holders = holdersOf(event, events.slice(0, index), act, plan, trust);
  if (onBehalfOf === undefined) {
    return isAmong(holders, person)
      ? undefined
      : { code: 'signer-without-role', detail: `${person}, ${ACTS[act].title}` };
  }
  const delegators = isApproval(act) ? delegatorsOf(trust.policy, plan.spec, act, person, timeOf(event.at)) : [];
  return isAmong(delegators, onBehalfOf) && isAmong(holders, onBehalfOf)
    ? undefined
    : { code: 'delegation-missing', detail: `${person} for ${onBehalfOf}` };
};

/** Beside the signature: whether the policy takes this proof for this act, and that a review on a forge is of this person and this plan. */
const proof: Rule = ({ round }, { plan, events, index, act, trust, standing }) =>
  standing.kind === 'superseded'
    ? undefined
    : examineProof(events[index] as RecordedEvent, act, { plan, round, staged: stagedBefore(events, index) }, trust);

const RULES: readonly Rule[] = [place, content, subjects, policy, times, seen, nonce, proof, role];

function holdersOf(
  event: RecordedEvent,
  before: readonly RecordedEvent[],
  act: SignedAct,
  { spec }: StatementFacts['plan'],
  { policy: rules }: Trust,
): readonly string[] {
  if (isApproval(act)) return peopleOf(spec, [APPROVER_ROLES[act]]);
  if (event.type === 'plan.reopened') return [spec.owners.rdLead, spec.owners.productManager];
  if (act === 'submit') return peopleOf(spec, rules.roles.submitCab);
  if (act === 'branches') return [spec.owners.productManager];
  if (act === 'hypercare') return peopleOf(spec, rules.roles.hypercare);
  if (act === 'stage') return [...peopleOf(spec, rules.roles.stage), ...rules.machines];
  if (act === 'deploy') return [...peopleOf(spec, rules.roles.deploy), ...rules.machines];
  if (act === 'outcome') return outcomeHolders(event.type, spec, rules);
  if (event.type !== 'condition.closed') return [];
  return before
    .filter((one) => one.type === 'cab.voted')
    .flatMap((vote) => vote.data.conditions.map((condition) => ({ ...condition, by: vote.actor })))
    .filter((condition) => closes(condition, event.data, event.actor))
    .map((condition) => condition.owner);
}

/** The event that whoever acts must have seen. */
function decidedBefore(type: RecordedEvent['type'], act: SignedAct): RecordedEvent['type'] | undefined {
  switch (act) {
    case 'submit':
    case 'exception':
    case 'branches':
      return undefined;
    case 'qa':
    case 'ops':
      return 'stage.completed';
    case 'stage':
      return type === 'stage.started' ? 'cab.submitted' : 'stage.started';
    case 'deploy':
      return type === 'deploy.started' ? 'stage.completed' : 'deploy.started';
    case 'outcome':
      return seenForOutcome(type);
    case 'hypercare':
      return 'hypercare.started';
    default:
      return 'cab.submitted';
  }
}

/**
 * The hold of a canary that whoever goes on with it must have seen, whoever wrote it: else what was signed before it ends it. 0 where there is
 * none, and for all other acts.
 */
function heldBefore(chain: readonly RecordedEvent[], { type, seq }: RecordedEvent): number {
  if (type !== 'deploy.resumed' && type !== 'canary.promoted') return 0;
  return chain.findLast((one) => one.type === 'canary.held' && one.seq < seq)?.seq ?? 0;
}

/**
 * The deployment that whoever reopens a plan must have seen: else a reopening of before it, moved behind it, would say that it is over. 0 for
 * all other acts.
 */
function deployedBefore(events: readonly RecordedEvent[], { type, seq }: RecordedEvent): number {
  if (type !== 'plan.reopened') return 0;
  return events.findLast((one) => one.type === 'deploy.started' && one.seq < seq)?.seq ?? 0;
}

/**
 * The round that an act is about.
 * @param before what counts and holds before it
 * @param chain the whole chain: a submission opens a round of its own, also after one that does not count
 */
export function roundOf(
  before: readonly RecordedEvent[],
  event: Pick<RecordedEvent, 'type' | 'data' | 'seq'>,
  chain: readonly RecordedEvent[],
): number {
  // What was done says itself which attempt it belongs to; the order of the history is held against it.
  if ('attempt' in event.data) return event.data.attempt;
  const attempt = (type: 'stage.started' | 'deploy.started') => {
    const found = before[lastOf(before, type)] as EventOf<typeof type> | undefined;
    return found?.data.attempt ?? 0;
  };
  if (event.type === 'signoff.recorded') return attempt('stage.started');
  if (event.type === 'hypercare.closed' || actOf(event) === 'outcome') return attempt('deploy.started');
  // A reopening makes way for the round that comes next.
  if (event.type === 'cab.submitted' || event.type === 'plan.reopened') {
    return nextRound(
      chain.filter((one) => one.seq < event.seq),
      false,
    );
  }
  const submitted = before[lastOf(before, 'cab.submitted')] as EventOf<'cab.submitted'> | undefined;
  return submitted?.data.round ?? 0;
}

/** The round that the next submission opens: rounds are counted whether or not their submission still counts, and those of the sandbox apart. */
export function nextRound(events: readonly RecordedEvent[], simulated: boolean): number {
  const counted = simulated ? events.filter((event) => event.simulated === true) : countedEvents(events, 'real');
  return Math.max(0, ...counted.map((event) => (event.type === 'cab.submitted' ? event.data.round : 0))) + 1;
}

/** Images that were in staging before an event: those of the last staging that was completed, unless another was begun. */
export function stagedImages(
  events: readonly RecordedEvent[],
  index: number,
): Readonly<Record<string, readonly string[]>> | undefined {
  return stagedBefore(events, index)?.images;
}

/** What was in staging before an event; nothing once another staging was begun. */
function stagedBefore(events: readonly RecordedEvent[], index: number): EventData<'stage.completed'> | undefined {
  const completed = events[lastOf(events, 'stage.completed', index)] as EventOf<'stage.completed'> | undefined;
  const voided = Math.max(lastOf(events, 'plan.reopened', index), lastOf(events, 'stage.started', index));
  return completed !== undefined && completed.seq > (events[voided]?.seq ?? 0) ? completed.data : undefined;
}

/** The predicate of an event that carries a signature, whatever it is worth. */
function rawPredicate(event: RecordedEvent): Partial<Statement['predicate']> | undefined {
  const { signature } = event.data as { signature?: { statement: string } };
  if (signature === undefined) return undefined;
  try {
    return (JSON.parse(signature.statement) as Partial<Statement>).predicate;
  } catch {
    return undefined;
  }
}
