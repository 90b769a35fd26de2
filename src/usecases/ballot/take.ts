import type { Answer } from '../../domain/ballot/answer.ts';
import type { BallotVote } from '../../domain/ballot/ballot.ts';
import type { ChosenBranches } from '../../domain/ballot/branches.ts';
import type { ConditionMet } from '../../domain/ballot/condition.ts';
import type { CastAnswer } from '../../domain/ballot/count.ts';
import type { GivenReview } from '../../domain/ballot/review.ts';
import { type GivenSignoff, REGRESSION_BOX } from '../../domain/ballot/signoff.ts';
import type { DayValues } from '../../domain/ballot/success.ts';
import { seatFor } from '../../domain/people/delegates.ts';
import { samePerson, votingBoard } from '../../domain/people/people.ts';
import { conditionId } from '../../domain/process/condition-id.ts';
import { PROCESS } from '../../domain/process/process.ts';
import { type ErrorCode, RelctlError } from '../../errors.ts';
import type { ForgeProof } from '../../plan/events.ts';
import { parseReleasePlan } from '../../plan/release-plan.ts';
import type { PapersAnswer } from '../../ports/forge.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import type { PendingCheck } from '../checks/pending-checks.ts';
import { readinessChecks } from '../readiness/readiness-checks.ts';
import type { Context } from '../release/context.ts';
import { openRelease, type Release } from '../release/open.ts';
import { openForCommand, passGates } from '../release/pass-gates.ts';
import { subjectOf } from '../release/subject.ts';
import { closeReview } from '../review/close.ts';
import { checkMeeting } from '../review/meeting.ts';
import { requireOwner } from '../signoff/owner.ts';
import { recordSignoff } from '../signoff/record.ts';
import { readCondition, recordVote } from '../signoff/vote.ts';
import { givenDays, measureNewDays } from '../success/measure.ts';
import { recordObserved } from '../success/record.ts';
import { regressionReports } from '../testing/regression.ts';
import { testChecks } from '../testing/test-checks.ts';
import { offeredBranches } from './branch-offer.ts';
import { NOBODY } from './nobody.ts';

/** The request that answers stand on. */
export type Request = NonNullable<Extract<PapersAnswer, { readonly available: true }>['request']>;

/** What one answer is recorded with. */
export interface Taking {
  readonly cast: CastAnswer;
  readonly request: Request;
  /** The forge, in a word. */
  readonly endpoint: string;
  /** Keeps what the forge said, once there is something to record: what is refused again and again leaves nothing behind. */
  readonly keep: () => Promise<Evidence>;
  /** Globs of JUnit reports of the regression run. */
  readonly junit: readonly string[];
}

/** What is wrong with one answer, and keeps no other from being recorded. */
const ABOUT_ONE: readonly ErrorCode[] = [
  'gate.refused',
  'usage.bad-flag',
  'usage.missing-answer',
  'repo.no-such-commit',
  'signoff.red',
  'review.incomplete',
  'evidence.unreadable',
];

/** Records one answer in the name of its person; the reason where it is refused. Errors: what keeps every answer from being recorded. */
export async function takeIn(context: Context, id: string, taking: Taking): Promise<string | undefined> {
  const asPerson = { ...context, actor: taking.cast.person, prompter: NOBODY };
  const { answer } = taking.cast;
  const proof = () => proofOf(taking, context.actor);
  try {
    await takeAnswer(context, asPerson, id, taking, answer, proof);
    return undefined;
  } catch (error) {
    if (error instanceof RelctlError && ABOUT_ONE.includes(error.code)) return error.message;
    // A collector whose key does not count fails as a whole: nothing could be recorded.
    throw error;
  }
}

type Prove = () => Promise<ForgeProof>;

async function takeAnswer(
  context: Context,
  asPerson: Context,
  id: string,
  taking: Taking,
  answer: Answer,
  proof: Prove,
): Promise<void> {
  switch (answer.act) {
    case 'cab':
      return takeVote(asPerson, id, taking, answer, proof);
    case 'condition':
      return takeCondition(asPerson, id, taking, answer, proof);
    case 'branches':
      return takeBranches(asPerson, id, answer, proof);
    case 'success':
      return takeValues(asPerson, id, taking, answer, proof);
    case 'review':
      return takeReview(context, asPerson, id, taking, answer, proof);
    default:
      return takeSignoff(asPerson, id, taking, answer, proof);
  }
}

async function takeVote(context: Context, id: string, { cast }: Taking, vote: BallotVote, proof: Prove) {
  const release = await openRelease(context, id);
  const isDecided = PROCESS['take back a go'].phases.some((phase) => phase === release.journal.state.phase);
  if (isDecided && vote.decision === 'go') {
    throw new RelctlError('gate.refused', 'the board has decided; from then on a Go can only be taken back', {
      why: 'A further Go changes nothing.',
      hints: [command`relctl status ${id}`],
    });
  }
  const objects = vote.decision === 'no-go';
  await passGates(context, release, isDecided ? 'take back a go' : 'signoff cab', undefined, { objects });
  await requireSameText(context, release, cast);
  const { plan, state } = release.journal;
  const board = votingBoard(plan.spec, state.authors, release.policy);
  const seat = seatFor(release.policy, plan.spec, 'cab', board, context.actor, context.clock.now());
  const { act: _act, conditions, ...said } = vote;
  await recordVote(context, release, {
    ...subjectOf(plan),
    ...(seat === undefined || samePerson(seat, context.actor) ? {} : { onBehalfOf: seat }),
    round: state.cab?.round ?? 1,
    ...said,
    conditions: conditions.map((one) => readCondition(one, plan.spec.window, context.clock.now())),
    authenticatedBy: await proof(),
  });
}

async function takeSignoff(context: Context, id: string, taking: Taking, given: GivenSignoff, proof: Prove) {
  const { act, decision, comment } = given;
  const release = await openForCommand(context, id, act === 'qa' ? 'signoff qa' : 'signoff ops', undefined, {
    objects: decision === 'reject',
  });
  await requireSameText(context, release, taking.cast);
  const checks =
    act === 'qa' ? await qaChecks(context, release, taking, given) : await readinessChecks(context, release, new Map());
  await recordSignoff(context, release, { role: act, checks, decision, comment, authenticatedBy: proof });
}

/** The same checks as at a terminal; a rejection needs no report. */
async function qaChecks(
  context: Context,
  release: Release,
  { junit }: Taking,
  { decision, confirmed, links }: GivenSignoff,
): Promise<readonly PendingCheck[]> {
  const { plan } = release.journal;
  if (junit.length === 0 && decision === 'pass') {
    throw new RelctlError(
      'usage.missing-answer',
      'no report of the regression run was given where it was collected (relctl collect --junit)',
      {
        why: 'The regression tests are mandatory; their JUnit XML is the evidence.',
        hints: [command`relctl collect ${plan.id} --junit "reports/**/*.xml"`],
      },
    );
  }
  const reports = junit.length === 0 ? [] : await regressionReports(context, plan.id, junit);
  const results = (isConfirmed: boolean) =>
    plan.spec.testPlan.feature
      .filter(({ id }) => confirmed.includes(id) === isConfirmed)
      .map(({ id }) => (links.has(id) ? `${id}=${links.get(id)}` : id));
  const found = await testChecks(context, release, reports, { passed: results(true), failed: results(false) });
  const isGreen = confirmed.includes(REGRESSION_BOX);
  const word = { name: 'regression run', ok: isGreen, detail: `${isGreen ? '' : 'not '}confirmed on the request` };
  return [...found, word];
}

async function takeCondition(context: Context, id: string, { cast }: Taking, met: ConditionMet, proof: Prove) {
  const release = await openRelease(context, id);
  await requireSameText(context, release, cast);
  const { journal } = release;
  const condition = journal.state.conditions.find((one) => conditionId(one) === met.condition);
  if (condition === undefined || condition.closed) {
    throw new RelctlError('gate.refused', 'that condition is closed already', {
      why: 'A condition is closed once, by its owner.',
      hints: [command`relctl status ${id}`],
    });
  }
  requireOwner(context, id, condition);
  const { evidence } = met;
  await journal.record('condition.closed', {
    condition: condition.text,
    id: met.condition,
    evidence,
    authenticatedBy: await proof(),
  });
}

/** What is in the draft by now does not matter: it follows the choice. */
async function takeBranches(context: Context, id: string, { names }: ChosenBranches, proof: Prove) {
  const release = await openForCommand(context, id, 'choose branches', undefined);
  const found = await offeredBranches(context, release);
  const branches = (found?.approved ?? [])
    .filter(({ branch }) => names.includes(branch.name))
    .map(({ branch: { name, head } }) => ({ name, head }));
  if (found === undefined || branches.length !== names.length) {
    throw new RelctlError('gate.refused', 'what can be chosen has changed since', {
      why: 'Only branches that are approved now go into a release.',
      hints: [command`relctl collect ${id}`],
    });
  }
  const { base, offered } = found.offer;
  const authenticatedBy = await proof();
  const chosen = { ...subjectOf(release.journal.plan), base, offered: [...offered], branches, authenticatedBy };
  await release.journal.record('branches.chosen', chosen);
}

async function takeValues(context: Context, id: string, { cast }: Taking, given: DayValues, proof: Prove) {
  const release = await openForCommand(context, id, 'success', undefined);
  await requireSameText(context, release, cast);
  const days = await givenDays(context, release, given);
  if (days.length === 0) {
    throw new RelctlError('gate.refused', `these values of ${given.day} are recorded already`, {
      why: 'Nothing is recorded twice.',
      hints: [command`relctl success ${id}`],
    });
  }
  await recordObserved(context, release, days, await proof());
}

/** What can be measured is measured in the name of who collects, before the meeting is taken down in that of its person. */
async function takeReview(
  collector: Context,
  context: Context,
  id: string,
  { cast }: Taking,
  { act: _act, values, comment, ...said }: GivenReview,
  proof: Prove,
) {
  const before = await openRelease(context, id);
  const { phase, success } = before.journal.state;
  const isClosed = PROCESS['correct the review'].phases.some((one) => one === phase);
  await passGates(context, before, isClosed ? 'correct the review' : 'review', undefined);
  await requireSameText(context, before, cast);
  if (success !== undefined && values.size > 0) {
    throw new RelctlError('gate.refused', 'the success metrics were judged already', {
      why: 'What was agreed before the release is judged once, by what was recorded of the week.',
      hints: ['leave out the values'],
    });
  }
  const answers = { ...said, noDebt: said.debts.length === 0, ...(comment === '' ? {} : { comment }) };
  checkMeeting(before, answers);
  if (success === undefined) {
    const measuring = await openRelease(collector, id);
    await recordObserved(collector, measuring, await measureNewDays(collector, measuring, undefined));
  }
  await closeReview(context, await openRelease(context, id), { values, answers, authenticatedBy: proof });
}

/** The plan at the commit that was reviewed is the plan that is decided on, to the byte above its status. */
async function requireSameText(
  context: Pick<Context, 'repository'>,
  release: Release,
  { paper }: CastAnswer,
): Promise<void> {
  // What was edited is recorded as a no alone, and a no is about every text.
  if (paper.voided === 'edited') return;
  const { plan } = release.journal;
  const text = await context.repository.fileAt(paper.commit ?? '', plan.file);
  const seen = text === undefined ? undefined : parseReleasePlan(new TextEncoder().encode(text), plan.file, plan.id);
  if (seen?.specDigest === plan.specDigest && seen.textDigest === plan.textDigest) return;
  throw new RelctlError(
    'gate.refused',
    `commit ${paper.commit?.slice(0, 12)}, which was reviewed, holds another text of the plan`,
    {
      why: 'What is given on a request is bound to the exact text that was read.',
      hints: [command`git diff ${paper.commit ?? ''} -- ${plan.file}`],
    },
  );
}

async function proofOf({ cast, request, endpoint, keep }: Taking, collectedBy: string): Promise<ForgeProof> {
  const { paper, number } = cast;
  return {
    kind: 'forge',
    forge: new URL(request.url).host,
    login: paper.login,
    review: paper.id,
    url: paper.url,
    at: paper.at,
    commit: paper.commit ?? '',
    ballot: number,
    endpoint,
    collectedBy,
    answer: await keep(),
  };
}
