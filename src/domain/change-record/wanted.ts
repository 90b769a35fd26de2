import { sha256 } from '../../plan/digest.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { ChangeEnd, ChangeStage, ChangeWindow } from '../../ports/change-records.ts';
import { isEndClaimed, type ReleaseState } from '../history/state.ts';
import { type Phase, REOPENABLE } from '../process/phases.ts';
import { formatWindow, windowSpan } from '../schedule/calendar.ts';

/** A change record as it should be now: a pure function of the release, so that whatever was missed is made up for by the next call. */
export interface WantedChange {
  readonly correlation: string;
  readonly title: string;
  readonly description: string;
  readonly window: ChangeWindow;
  readonly stage: ChangeStage;
  readonly end: ChangeEnd | undefined;
  /** False where the text of the plan is another than was submitted: then what the record says of it stays. */
  readonly isAsSubmitted: boolean;
}

/** What of the settings says what is written. */
export interface ChangeNaming {
  readonly repository: string;
  readonly packetUrl?: string | undefined;
}

/** ServiceNow keeps at most so many characters of `correlation_id`. */
const LONGEST = 100;

/** Names the change of a release; a release that ended and was reopened is another change. */
export function correlationOf(id: string, generation: number, { repository }: ChangeNaming): string {
  const whole = `relctl:${repository}:${id}:${generation}`;
  return whole.length <= LONGEST ? whole : `relctl:${sha256(whole)}`;
}

/**
 * The record that a release should have. It is ended by nothing that nobody proves: no system opens it again, and what is said there at its end
 * stands in the name of the company.
 * @param isExamined whether anybody could tell what of the history is signed, where people sign
 */
export function wantedChange(
  plan: ReleasePlan,
  state: ReleaseState,
  naming: ChangeNaming,
  isExamined: boolean,
): WantedChange {
  const stage = STAGES[state.phase];
  const isEnd = stage === 'closed' || stage === 'cancelled';
  const isBack = REOPENABLE.includes(state.phase) && state.deployment?.isEndProved === true;
  const isOver = !isEndClaimed(state) && (isExamined || isBack);
  return {
    correlation: correlationOf(plan.id, state.change.generation, naming),
    title: `${plan.metadata.feature} (${plan.id})`,
    description: describe(plan, state, naming),
    window: windowSpan(plan.spec.window),
    stage: isEnd && !isOver ? (state.deployment === undefined ? 'planned' : 'implementing') : stage,
    end: isOver ? endOf(plan, state, naming) : undefined,
    isAsSubmitted: state.cab?.specDigest === plan.specDigest,
  };
}

const STAGES: Readonly<Record<Phase, ChangeStage>> = {
  draft: 'planned',
  submitted: 'planned',
  approved: 'planned',
  staged: 'planned',
  ready: 'planned',
  canary: 'implementing',
  'rolling-out': 'implementing',
  deployed: 'implementing',
  frozen: 'implementing',
  verified: 'reviewing',
  hypercare: 'reviewing',
  validated: 'reviewing',
  closed: 'closed',
  'rolled-back': 'closed',
  aborted: 'closed',
  'no-go': 'cancelled',
};

/** Stages that lie between two, the last one included: a system takes them one after the other. Nothing goes back. */
export function stagesTo(from: ChangeStage | 'other', to: ChangeStage): readonly ChangeStage[] {
  if (from === 'closed' || from === 'cancelled') return [];
  if (to === 'cancelled') return ['cancelled'];
  const at = from === 'other' ? 0 : WAY.indexOf(from);
  return WAY.slice(at + 1, WAY.indexOf(to) + 1);
}

const WAY: readonly ChangeStage[] = ['planned', 'implementing', 'reviewing', 'closed'];

function describe(plan: ReleasePlan, { cab }: Pick<ReleaseState, 'cab'>, naming: ChangeNaming): string {
  const { spec } = plan;
  // Of the submission that counts: an unsigned one behind it could send those who approve the change to another page. The page for people first.
  const packets = [...(cab?.packet ?? [])].reverse();
  return [
    `${plan.metadata.feature}, release ${plan.id}`,
    `Change window: ${formatWindow(spec.window)}`,
    `Services: ${spec.services.map((service) => service.name).join(', ')}`,
    `Candidate: ${spec.candidate.commit} on ${spec.candidate.base}`,
    `R&D Lead: ${spec.owners.rdLead}; Operations: ${spec.owners.operations.join(', ')}`,
    `Board: ${spec.owners.cab.join(', ')}`,
    `Digest of the plan: ${plan.specDigest}`,
    ...packets.map((one) => `Packet of the board: ${addressOf(plan.id, one.file, naming)} (SHA-256 ${one.sha256})`),
  ].join('\n');
}

function addressOf(id: string, file: string, { packetUrl }: ChangeNaming): string {
  return packetUrl === undefined
    ? `releases/${id}/${file}`
    : packetUrl.replaceAll('{id}', encodeURIComponent(id)).replaceAll('{file}', encodeURIComponent(file));
}

const OUTCOMES = { success: 'successful', partial: 'successful-with-issues', failure: 'unsuccessful' } as const;

function endOf(plan: ReleasePlan, state: ReleaseState, naming: ChangeNaming): ChangeEnd | undefined {
  if (state.phase === 'rolled-back' || state.phase === 'aborted') {
    const reason = state.deployment?.rollbackReason ?? 'it was taken back';
    return { outcome: 'unsuccessful', notes: `Rolled back; production is what it was before. Reason: ${reason}` };
  }
  const { review } = state;
  if (state.phase !== 'closed' || review === undefined) return undefined;
  const { outcome, lessons, debts, document } = review.data;
  return {
    outcome: OUTCOMES[outcome],
    notes: [
      `The post-release review was held; outcome: ${outcome}.`,
      ...lessons.map((lesson) => `Lesson: ${lesson}`),
      ...debts.map((debt) => `Technical debt: ${debt.text} (${debt.owner}, due ${debt.due}, ${debt.ticket})`),
      ...(document === undefined ? [] : [`Review: ${addressOf(plan.id, document.file, naming)}`]),
    ].join('\n'),
  };
}
