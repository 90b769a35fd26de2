import { readBallot } from '../../domain/ballot/ballot.ts';
import type { AuditFinding } from '../../domain/history/audit.ts';
import { forgeProofOf } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import type { EventOf, ForgeProof } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { BallotPaper } from '../../ports/forge.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

/**
 * Votes that were given on a forge, re-checked offline as far as they can be: the answer that was kept says what is recorded. That it came from the
 * forge rests on whoever collected it, which is less than a signature of the person, so each is named.
 */
export async function forgeVotes(context: Pick<Context, 'store'>, plan: ReleasePlan): Promise<readonly AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const event of plan.events) {
    const proof = forgeProofOf(event);
    if (proof === undefined || event.type !== 'cab.voted') continue;
    const { seq, actor } = event;
    const difference = await differenceOf(context, plan, event, proof);
    if (difference !== undefined) {
      findings.push({
        code: 'forge-answer-mismatch',
        severity: 'error',
        seq,
        problem: `the vote of ${actor} is not what was kept of the forge: ${difference}`,
        fix: command`git log -p -- ${plan.file}`,
      });
    }
    findings.push({
      code: 'proved-by-forge',
      severity: 'warning',
      seq,
      problem: `the vote of ${actor} is proved by a review of ${proof.login} on ${proof.forge} that ${proof.collectedBy} collected, and by no key of ${actor}`,
      fix: `look at it: ${proof.url}`,
    });
  }
  return findings;
}

async function differenceOf(
  context: Pick<Context, 'store'>,
  plan: ReleasePlan,
  event: EventOf<'cab.voted'>,
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
  const { round, specDigest, textDigest, decision, comment } = event.data;
  const read = readBallot(paper.text ?? '', { release: plan.id, round, specDigest, textDigest });
  if (read.kind !== 'vote') return 'its text is no vote on this plan';
  if (read.vote.decision !== decision || read.vote.comment !== comment) return `its text says ${read.vote.decision}`;
  return read.vote.conditions.length === event.data.conditions.length ? undefined : 'its conditions are others';
}
