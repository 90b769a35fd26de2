import { type Filled, type Form, formNumber, openBoxes, type Question } from './form.ts';

/** A vote of the board on a request. */

/** The areas that a Go confirms, as they stand on the ballot. */
const BALLOT_AREAS = [
  ['operationalReadiness', 'Operational readiness'],
  ['securityReview', 'Security review'],
  ['impactAssessment', 'Impact assessment'],
] as const;

type Area = (typeof BALLOT_AREAS)[number][0];

/** What a ballot is for. */
export interface BallotSubject {
  readonly release: string;
  readonly round: number;
  readonly specDigest: string;
  readonly textDigest: string;
}

/** A vote that was read. */
export interface BallotVote extends Readonly<Record<Area, boolean>> {
  readonly act: 'cab';
  readonly decision: 'go' | 'no-go';
  /** Each as `text; owner; due date`. */
  readonly conditions: readonly string[];
  readonly comment: string;
}

/** The number of a ballot, over the release, its round and the exact plan: so a ballot says by itself what was voted on. */
export function ballotNumber({ release, round, specDigest, textDigest }: BallotSubject): string {
  return formNumber(['ballot', release, String(round), specDigest, textDigest]);
}

/** What the board is asked. */
export function voteQuestion(subject: BallotSubject): Question<BallotVote> {
  const form: Form = {
    act: 'cab',
    number: ballotNumber(subject),
    boxes: new Map(BALLOT_AREAS),
    fields: [
      { name: 'Decision', often: 'once', choices: ['Go', 'No-Go'] },
      { name: 'Condition', often: 'any' },
    ],
  };
  return { form, read: (filled) => judge(form, filled) };
}

/** A Go has every area confirmed, and a No-Go says why. */
function judge(form: Form, filled: Filled): BallotVote | string {
  const decision = filled.one('Decision') === 'Go' ? 'go' : 'no-go';
  const conditions = filled.all('Condition');
  const open = openBoxes(form, filled);
  if (decision === 'go' && open.length > 0) return `a Go confirms every area; open: ${open.join(', ')}`;
  if (decision === 'no-go' && filled.comment === '') return 'a No-Go says why in its comment';
  if (decision === 'no-go' && conditions.length > 0) return 'conditions belong to a Go';
  const confirmed = Object.fromEntries(BALLOT_AREAS.map(([area]) => [area, filled.boxes.get(area) === true]));
  return { act: 'cab', ...(confirmed as Record<Area, boolean>), decision, conditions, comment: filled.comment };
}
