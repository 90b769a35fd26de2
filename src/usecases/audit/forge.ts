import { type Answer, type Asked, readAnswer } from '../../domain/ballot/answer.ts';
import { voteQuestion } from '../../domain/ballot/ballot.ts';
import { conditionQuestion } from '../../domain/ballot/condition.ts';
import { opsQuestion, qaQuestion } from '../../domain/ballot/signoff.ts';
import type { AuditFinding } from '../../domain/history/audit.ts';
import { ACTS, actOf, forgeProofOf } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import type { EventOf, ForgeProof, RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { BallotPaper } from '../../ports/forge.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

/** What may be given on a forge. */
type ForgeEvent = EventOf<'cab.voted'> | EventOf<'signoff.recorded'> | EventOf<'condition.closed'>;

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
  return event.type === 'cab.voted' || event.type === 'signoff.recorded' || event.type === 'condition.closed';
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
  const subject = { release: plan.id, specDigest: plan.specDigest, textDigest: plan.textDigest };
  if (event.type === 'cab.voted') {
    const { round, specDigest, textDigest } = event.data;
    return voteQuestion({ release: plan.id, round, specDigest, textDigest });
  }
  if (event.type === 'condition.closed') {
    return numbered(conditionQuestion({ ...subject, round: 0 }, event.data.id ?? ''));
  }
  if (event.data.specDigest !== plan.specDigest) return undefined;
  const staged = { ...subject, attempt: event.data.stageAttempt, commit: '', images: {} };
  return numbered(event.data.role === 'qa' ? qaQuestion(staged, plan.spec) : opsQuestion(staged, plan.spec));
}

function contradiction(event: ForgeEvent, answer: Answer): string | undefined {
  if (event.type === 'condition.closed') {
    return answer.act === 'condition' && answer.evidence === event.data.evidence
      ? undefined
      : 'its evidence is another';
  }
  if (answer.act === 'condition') return 'its text closes a condition';
  const { decision, comment } = event.data;
  if (answer.decision !== decision || answer.comment !== comment) return `its text says ${answer.decision}`;
  if (event.type !== 'cab.voted') return undefined;
  return answer.act === 'cab' && answer.conditions.length === event.data.conditions.length
    ? undefined
    : 'its conditions are others';
}
