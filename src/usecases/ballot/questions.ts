import type { Asked } from '../../domain/ballot/answer.ts';
import { type BallotSubject, voteQuestion } from '../../domain/ballot/ballot.ts';
import { branchesQuestion } from '../../domain/ballot/branches.ts';
import { conditionQuestion } from '../../domain/ballot/condition.ts';
import { reviewQuestion } from '../../domain/ballot/review.ts';
import { opsQuestion, qaQuestion, type StagedSubject } from '../../domain/ballot/signoff.ts';
import { type DeployedSubject, successQuestion } from '../../domain/ballot/success.ts';
import { phaseOf } from '../../domain/history/fold.ts';
import { conditionId } from '../../domain/process/condition-id.ts';
import { decide, PROCESS } from '../../domain/process/process.ts';
import { sourceOf } from '../../domain/success/metric.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { subjectOf } from '../release/subject.ts';
import { daysOver, observedDays } from '../success/measure.ts';
import { offeredBranches } from './branch-offer.ts';

/** The acts that a policy takes from a forge. */
export type ForgeActs = readonly (keyof Policy['signing']['accepts'])[];

/** What may be given on a forge by a policy. */
export function forgeActs({ signing }: Policy): ForgeActs {
  const acts = Object.keys(signing.accepts) as (keyof typeof signing.accepts)[];
  return acts.filter((act) => signing.accepts[act].includes('forge'));
}

/** What people are asked on the request now. What was answered is still a question: somebody may answer otherwise. */
export async function questionsOf(context: Context, release: Release, acts: ForgeActs): Promise<readonly Asked[]> {
  const { plan, state } = release.journal;
  const [voted, staged] = [ballotSubject(release), stagedSubject(release)];
  const isAsked = (command: 'choose branches' | 'signoff cab' | 'take back a go' | 'signoff qa' | 'signoff ops') =>
    PROCESS[command].phases.some((phase) => phase === state.phase);
  return [
    ...(acts.includes('branches') && isAsked('choose branches') ? await branchQuestions(context, release) : []),
    // After the Go, too: until the deployment begins, a member can take theirs back.
    ...(acts.includes('cab') && voted !== undefined && (isAsked('signoff cab') || isAsked('take back a go'))
      ? [voteQuestion(voted)]
      : []),
    ...(acts.includes('qa') && staged !== undefined && isAsked('signoff qa') ? [qaQuestion(staged, plan.spec)] : []),
    ...(acts.includes('ops') && staged !== undefined && isAsked('signoff ops') ? [opsQuestion(staged, plan.spec)] : []),
    ...(acts.includes('condition') && voted !== undefined && state.conditions.some((one) => !one.closed)
      ? state.conditions.map((condition) => conditionQuestion(voted, conditionId(condition)))
      : []),
    ...(acts.includes('success') ? successQuestions(context, release) : []),
    ...(acts.includes('review') ? reviewQuestions(release) : []),
  ];
}

/** What may go into a draft; nothing is asked where there is nothing to choose. */
async function branchQuestions(context: Context, release: Release): Promise<readonly Asked[]> {
  // A submission that does not count any more ends the draft all the same: it takes a reopening.
  if (phaseOf(release.journal.plan.events) !== 'draft') return [];
  const found = await offeredBranches(context, release);
  return found === undefined || found.approved.length === 0 ? [] : [branchesQuestion(found.offer)];
}

/** One question for each day that is over, where people tell a metric; what was told can be corrected. */
function successQuestions(context: Pick<Context, 'clock'>, release: Release): readonly Asked[] {
  const { plan, state } = release.journal;
  const deployed = deployedSubject(release);
  const { successMetrics } = plan.spec;
  const isDue = PROCESS.success.phases.some((phase) => phase === state.phase);
  const isTold = successMetrics.some((metric) => sourceOf(metric).kind === 'hand');
  if (deployed === undefined || !isDue || !isTold) return [];
  return daysOver(context, release).map(({ day }) => successQuestion(deployed, day, successMetrics));
}

/** Once it can be held, and to correct what was written down. */
function reviewQuestions(release: Release): readonly Asked[] {
  const deployed = deployedSubject(release);
  const { plan, state } = release.journal;
  const isDue = (['review', 'correct the review'] as const).some((one) => decide(one, release.facts()).length === 0);
  if (deployed === undefined || !isDue) return [];
  const isObserved = (metric: string) => observedDays(state.successDays, metric).length > 0;
  const unmeasured = plan.spec.successMetrics.filter(
    (metric) => state.success === undefined && sourceOf(metric).kind === 'hand' && !isObserved(metric.name),
  );
  return [reviewQuestion(deployed, plan.spec, unmeasured)];
}

/** What the vote of a release is about: `undefined` before it was submitted. */
function ballotSubject({ journal }: Pick<Release, 'journal'>): BallotSubject | undefined {
  const { plan, state } = journal;
  return state.cab === undefined ? undefined : { release: plan.id, round: state.cab.round, ...subjectOf(plan) };
}

/** What is signed off: `undefined` while nothing of it is in staging. */
function stagedSubject({ journal }: Pick<Release, 'journal'>): StagedSubject | undefined {
  const { plan, state } = journal;
  if (state.stage?.result !== 'completed') return undefined;
  const { attempt, commit, images } = state.stage;
  return { release: plan.id, attempt, commit, images, ...subjectOf(plan) };
}

/** What success and review are about: `undefined` before a deployment was completed. */
function deployedSubject({ journal }: Pick<Release, 'journal'>): DeployedSubject | undefined {
  const { plan, state } = journal;
  const { attempt, completedAt } = state.deployment ?? {};
  if (attempt === undefined || completedAt === undefined) return undefined;
  return { release: plan.id, attempt, ...subjectOf(plan) };
}
