import type { Asked } from '../../domain/ballot/answer.ts';
import { type BallotSubject, voteQuestion } from '../../domain/ballot/ballot.ts';
import { conditionQuestion } from '../../domain/ballot/condition.ts';
import { opsQuestion, qaQuestion, type StagedSubject } from '../../domain/ballot/signoff.ts';
import { conditionId } from '../../domain/process/condition-id.ts';
import { PROCESS } from '../../domain/process/process.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Release } from '../release/open.ts';
import { subjectOf } from '../release/subject.ts';

/** The acts that a policy takes from a forge. */
export type ForgeActs = readonly (keyof Policy['signing']['accepts'])[];

/** What may be given on a forge by a policy. */
export function forgeActs({ signing }: Policy): ForgeActs {
  const acts = Object.keys(signing.accepts) as (keyof typeof signing.accepts)[];
  return acts.filter((act) => signing.accepts[act].includes('forge'));
}

/** What people are asked on the request now. What was answered is still a question: somebody may answer otherwise. */
export function questionsOf(release: Pick<Release, 'journal'>, acts: ForgeActs): readonly Asked[] {
  const { plan, state } = release.journal;
  const [voted, staged] = [ballotSubject(release), stagedSubject(release)];
  const isAsked = (command: 'signoff cab' | 'take back a go' | 'signoff qa' | 'signoff ops') =>
    PROCESS[command].phases.some((phase) => phase === state.phase);
  return [
    // After the Go, too: until the deployment begins, a member can take theirs back.
    ...(acts.includes('cab') && voted !== undefined && (isAsked('signoff cab') || isAsked('take back a go'))
      ? [voteQuestion(voted)]
      : []),
    ...(acts.includes('qa') && staged !== undefined && isAsked('signoff qa') ? [qaQuestion(staged, plan.spec)] : []),
    ...(acts.includes('ops') && staged !== undefined && isAsked('signoff ops') ? [opsQuestion(staged, plan.spec)] : []),
    ...(acts.includes('condition') && voted !== undefined && state.conditions.some((one) => !one.closed)
      ? state.conditions.map((condition) => conditionQuestion(voted, conditionId(condition)))
      : []),
  ];
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
