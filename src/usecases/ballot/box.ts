import { type BallotSubject, emptyBallot } from '../../domain/ballot/ballot.ts';
import type { RefusedPaper } from '../../domain/ballot/count.ts';
import { bullets, type Document, part, text } from '../../domain/document/model.ts';
import { formatWindow } from '../../domain/schedule/calendar.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { subjectOf } from '../release/subject.ts';

/** What the vote of a release is about: `undefined` before it was submitted. */
export function ballotSubject({ journal }: Pick<Release, 'journal'>): BallotSubject | undefined {
  const { plan, state } = journal;
  return state.cab === undefined ? undefined : { release: plan.id, round: state.cab.round, ...subjectOf(plan) };
}

/** What relctl's own text on a request is known by. */
export function boxMark(id: string): string {
  return `Votes on ${id}, collected by relctl`;
}

/** The text on the request: what to copy, how to vote with it, and what was read so far, so that everybody sees how they were understood. */
export async function ballotBox(
  { documents }: Pick<Context, 'documents'>,
  release: Release,
  subject: BallotSubject,
  refused: readonly RefusedPaper[] = [],
): Promise<string> {
  const { plan, state } = release.journal;
  const document: Document = {
    title: boxMark(plan.id),
    notices: [],
    blocks: [
      text(
        `${plan.metadata.feature}, planned for ${formatWindow(plan.spec.window)}: round ${subject.round} of the Change Advisory Board.`,
      ),
      text(
        'Copy these lines into a review of this request, put an x into each box that you confirm, and write your decision:',
      ),
      { kind: 'lines', lines: emptyBallot(subject).split('\n') },
      bullets(
        [
          'Go: confirm all three, and approve the request with the same review. A condition is a line of its own before the comment: Condition: what; owner@example.com; 2026-12-01',
          'No-Go: say why in the comment, and do not approve.',
          'What is not exactly this approves nothing. A later review of yours takes the place of an earlier one; an edited one does not count.',
        ],
        '',
      ),
      ...part(
        'Counted',
        bullets(
          (state.cab?.votes ?? []).map(({ actor, data }) => [
            { strong: actor },
            ` ${data.decision === 'go' ? 'Go' : 'No-Go'}${data.comment === '' ? '' : `: ${data.comment}`}`,
          ]),
          'Nobody has voted yet.',
        ),
      ),
      ...(refused.length === 0
        ? []
        : part(
            'Not counted',
            bullets(
              refused.map(({ paper, reason }) => [{ strong: paper.login }, ` (${paper.at}): ${reason}`]),
              '',
            ),
          )),
    ],
  };
  return documents.markdown(document);
}
