import { type Answer, type Asked, readAnswer } from '../../domain/ballot/answer.ts';
import { voteQuestion } from '../../domain/ballot/ballot.ts';
import { branchesQuestion } from '../../domain/ballot/branches.ts';
import { conditionQuestion } from '../../domain/ballot/condition.ts';
import { type GivenReview, reviewQuestion } from '../../domain/ballot/review.ts';
import { opsQuestion, qaQuestion } from '../../domain/ballot/signoff.ts';
import { successQuestion } from '../../domain/ballot/success.ts';
import type { AuditFinding } from '../../domain/history/audit.ts';
import { ACTS, actOf, forgeProofOf, saysNo } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import type { EventOf, ForgeProof, RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { BallotPaper } from '../../ports/forge.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

/** What may be given on a forge. */
const FORGE_EVENTS = [
  'branches.chosen',
  'cab.voted',
  'signoff.recorded',
  'condition.closed',
  'success.observed',
  'success.judged',
  'review.closed',
] as const;
type ForgeEvent = { [T in (typeof FORGE_EVENTS)[number]]: EventOf<T> }[(typeof FORGE_EVENTS)[number]];

/**
 * What was given on a forge, re-checked offline as far as it can be: the answer that was kept says what is recorded. That it came from the
 * forge rests on whoever collected it, which is less than a signature of the person, so each is named.
 */
export async function forgeProofs(
  context: Pick<Context, 'store'>,
  plan: ReleasePlan,
): Promise<readonly AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const event of plan.events) {
    const proof = forgeProofOf(event);
    const act = actOf(event);
    if (proof === undefined || act === undefined || !isForgeEvent(event)) continue;
    const { seq, actor } = event;
    const what = `the ${ACTS[act].title} of ${actor}`;
    const difference = await differenceOf(context, plan, event, proof);
    if (difference !== undefined) {
      findings.push({
        code: 'forge-answer-mismatch',
        severity: 'error',
        seq,
        problem: `${what} is not what was kept of the forge: ${difference}`,
        fix: command`git log -p -- ${plan.file}`,
      });
    }
    findings.push({
      code: 'proved-by-forge',
      severity: 'warning',
      seq,
      problem: `${what} is proved by a review of ${proof.login} on ${proof.forge} that ${proof.collectedBy} collected, and by no key of ${actor}`,
      fix: `look at it: ${proof.url}`,
    });
  }
  return findings;
}

function isForgeEvent(event: RecordedEvent): event is ForgeEvent {
  return FORGE_EVENTS.some((type) => type === event.type);
}

async function differenceOf(
  context: Pick<Context, 'store'>,
  plan: ReleasePlan,
  event: ForgeEvent,
  proof: ForgeProof,
): Promise<string | undefined> {
  let papers: readonly Partial<BallotPaper>[];
  try {
    const kept = JSON.parse(new TextDecoder().decode(await context.store.read(plan.id, proof.answer))) as {
      readonly papers?: readonly Partial<BallotPaper>[];
    };
    papers = kept.papers ?? [];
  } catch (error) {
    // A file that is gone or was changed is named with the other evidence.
    if (error instanceof RelctlError) return undefined;
    return 'the answer that was kept does not read';
  }
  const paper = papers.find((one) => one.id === proof.review);
  if (paper === undefined) return `review ${proof.review} is not in it`;
  if (paper.login !== proof.login || paper.commit !== proof.commit) return 'it names another login or commit';
  // Nobody knows what it was: it counts as a no.
  if (paper.voided === 'edited' && saysNo(event)) return undefined;
  const text = paper.text ?? '';
  if (!text.toLowerCase().includes(proof.ballot)) return 'its text has another number';
  const question = questionOf(plan, event, proof);
  if (question === undefined) return undefined;
  const read = readAnswer(text, [question]);
  return read.kind === 'answer' ? contradiction(event, read.answer) : 'its text is no answer to what was asked';
}

/**
 * What was asked, under the number that is recorded: that the number is the right one is looked at with the signature. The boxes of a plan that has
 * changed since are not known any more.
 */
function questionOf(plan: ReleasePlan, event: ForgeEvent, { ballot }: ForgeProof): Asked | undefined {
  const numbered = (question: Asked): Asked => ({ ...question, form: { ...question.form, number: ballot } });
  const { id: release, spec, specDigest, textDigest } = plan;
  const subject = { release, specDigest, textDigest };
  switch (event.type) {
    case 'branches.chosen':
      return branchesQuestion({ release, base: event.data.base, offered: event.data.offered });
    case 'cab.voted': {
      const { data } = event;
      return voteQuestion({ release, round: data.round, specDigest: data.specDigest, textDigest: data.textDigest });
    }
    case 'condition.closed':
      return numbered(conditionQuestion({ ...subject, round: 0 }, event.data.id ?? ''));
    case 'signoff.recorded': {
      if (event.data.specDigest !== specDigest) return undefined;
      const staged = { ...subject, attempt: event.data.stageAttempt, commit: '', images: {} };
      return numbered(event.data.role === 'qa' ? qaQuestion(staged, spec) : opsQuestion(staged, spec));
    }
    case 'success.observed': {
      const [first] = event.data.days;
      return numbered(successQuestion({ ...subject, attempt: 0 }, first?.day ?? '', spec.successMetrics));
    }
    case 'success.judged':
    case 'review.closed':
      return numbered(reviewQuestion({ ...subject, attempt: 0 }, spec, spec.successMetrics));
  }
}

function contradiction(event: ForgeEvent, answer: Answer): string | undefined {
  switch (event.type) {
    case 'branches.chosen': {
      const names = event.data.branches.map(({ name }) => name);
      return answer.act === 'branches' && sameLines(answer.names, names) ? undefined : 'its text chooses others';
    }
    case 'condition.closed':
      return answer.act === 'condition' && answer.evidence === event.data.evidence
        ? undefined
        : 'its evidence is another';
    case 'success.observed': {
      const told = answer.act === 'success' ? answer.values : new Map<string, number>();
      return event.data.days.every(({ metric, value }) => told.get(metric) === value)
        ? undefined
        : 'its values are others';
    }
    case 'success.judged':
      return answer.act === 'review' ? undefined : 'its text is of no review';
    case 'review.closed':
      return answer.act === 'review' && saysReview(answer, event.data) ? undefined : 'its text says another review';
    case 'signoff.recorded':
      return saysDecision(event, answer);
    case 'cab.voted':
      return (
        saysDecision(event, answer) ??
        (answer.act === 'cab' && answer.conditions.length === event.data.conditions.length
          ? undefined
          : 'its conditions are others')
      );
  }
}

function saysDecision(
  { data }: EventOf<'cab.voted'> | EventOf<'signoff.recorded'>,
  answer: Answer,
): string | undefined {
  if (!('decision' in answer)) return 'its text decides nothing';
  return answer.decision === data.decision && answer.comment === data.comment
    ? undefined
    : `its text says ${answer.decision}`;
}

function saysReview(answer: GivenReview, data: EventOf<'review.closed'>['data']): boolean {
  const { outcome, lessons, debts, comment = '', sideEffects = [], classification } = data;
  return (
    answer.outcome === outcome &&
    answer.comment === comment &&
    answer.classification === classification &&
    answer.debts.length === debts.length &&
    sameLines(answer.lessons, lessons) &&
    sameLines(answer.sideEffects, sideEffects)
  );
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}
