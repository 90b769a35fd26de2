import type { Asked } from '../../domain/ballot/answer.ts';
import type { RefusedPaper } from '../../domain/ballot/count.ts';
import type { FormAct } from '../../domain/ballot/form.ts';
import { bullets, type Document, type DocumentBlock, part, text } from '../../domain/document/model.ts';
import type { Condition } from '../../domain/history/state.ts';
import { conditionId } from '../../domain/process/condition-id.ts';
import { formatWindow } from '../../domain/schedule/calendar.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { branchesBlocks } from './branches-box.ts';
import { formLines } from './form-lines.ts';
import { productBlocks } from './product-box.ts';

/** The texts on a request: what goes into the release, what the board is asked, who signs off what is in staging, and what became of it. */
const BOXES = {
  branches: 'Choice of branches',
  votes: 'Votes',
  'sign-offs': 'Sign-offs',
  product: 'Success and review',
} as const;

/** A key of them. */
export type BoxKind = keyof typeof BOXES;

const BOX_OF: Readonly<Record<FormAct, BoxKind>> = {
  branches: 'branches',
  cab: 'votes',
  qa: 'sign-offs',
  ops: 'sign-offs',
  condition: 'sign-offs',
  success: 'product',
  review: 'product',
};

/** Which text a question stands in. */
export function boxOf(act: FormAct): BoxKind {
  return BOX_OF[act];
}

/** What relctl's own text on a request is known by. */
export function boxMark(id: string, kind: BoxKind): string {
  return `${BOXES[kind]} on ${id}, collected by relctl`;
}

/** True for a text that relctl has put on the request. */
export function isBox(content: string, id: string): boolean {
  return (Object.keys(BOXES) as BoxKind[]).some((kind) => content.includes(boxMark(id, kind)));
}

/** The text on the request: what to copy, how to answer with it, and what was read so far, so that everybody sees how they were understood. */
export async function boxText(
  { documents }: Pick<Context, 'documents'>,
  release: Release,
  kind: BoxKind,
  questions: readonly Asked[],
  refused: readonly RefusedPaper[] = [],
): Promise<string> {
  const { plan } = release.journal;
  const document: Document = {
    title: boxMark(plan.id, kind),
    notices: [],
    blocks: [
      ...CONTENTS[kind](release, questions),
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

const CONTENTS: Readonly<Record<BoxKind, (release: Release, questions: readonly Asked[]) => readonly DocumentBlock[]>> =
  { branches: branchesBlocks, votes, 'sign-offs': signoffs, product: productBlocks };

const STRICT =
  'What is not exactly this approves nothing. A later review of yours takes the place of an earlier one; an edited one does not count.';

function votes({ journal }: Release, questions: readonly Asked[]): readonly DocumentBlock[] {
  const { plan, state } = journal;
  return [
    text(
      `${plan.metadata.feature}, planned for ${formatWindow(plan.spec.window)}: round ${state.cab?.round ?? 1} of the Change Advisory Board.`,
    ),
    ...questions.flatMap(({ form }) => [
      text(
        'Copy these lines into a review of this request, put an x into each box that you confirm, and write your decision:',
      ),
      formLines(form),
    ]),
    bullets(
      [
        'Go: confirm all three, and approve the request with the same review. A condition is a line of its own before the comment: Condition: what; owner@example.com; 2026-12-01',
        'No-Go: say why in the comment, and do not approve. Until the deployment begins, it also takes a Go back.',
        STRICT,
      ],
      '',
    ),
    ...part(
      'Counted',
      bullets(
        (state.cab?.votes ?? []).map(({ actor, data }) => [
          { strong: actor },
          ` ${said(data.decision === 'go' ? 'Go' : 'No-Go', data.comment)}`,
        ]),
        'Nobody has voted yet.',
      ),
    ),
  ];
}

function signoffs({ journal }: Release, questions: readonly Asked[]): readonly DocumentBlock[] {
  const { plan, state } = journal;
  const { owners } = plan.spec;
  const staged = state.stage?.result === 'completed' ? state.stage : undefined;
  const open = state.conditions.filter((one) => !one.closed);
  const asked = (act: 'qa' | 'ops', title: string, who: readonly string[]) =>
    questions.some(({ form }) => form.act === act)
      ? part(title, text(`For ${who.join(', ')}:`), ...formsOf(questions, act))
      : [];
  const answers = [state.signoffs.qa, state.signoffs.ops].flatMap((one) => one ?? []);
  return [
    ...(staged === undefined
      ? [text(`${plan.metadata.feature}, planned for ${formatWindow(plan.spec.window)}.`)]
      : [
          text(
            `${plan.metadata.feature}: commit ${staged.commit.slice(0, 12)} is in staging since ${staged.at}, attempt ${staged.attempt}. What is signed off is exactly that.`,
          ),
        ]),
    text('Copy the lines that are yours into a review of this request, and put an x into each box that you confirm:'),
    ...asked('qa', 'QA', owners.qa),
    ...asked('ops', 'Operations', owners.operations),
    ...open.flatMap((condition) => conditionPart(condition, questions)),
    ...part(
      'How',
      bullets(
        [
          'Pass: confirm every box, and approve the request with the same review. What shows a case is a line of its own before the comment: Evidence: <case>; https://…',
          'Reject: say what is wrong in the comment, and do not approve.',
          'relctl looks at staging and at the reports of the regression run when it collects a sign-off; what is red there cannot be signed off.',
          STRICT,
        ],
        '',
      ),
    ),
    ...part(
      'Counted',
      bullets(
        [
          ...answers.map(({ actor, data }) => [
            { strong: actor },
            ` ${data.role === 'qa' ? 'QA' : 'Operations'}: ${said(data.decision === 'pass' ? 'Pass' : 'Reject', data.comment)}`,
          ]),
          ...state.conditions
            .filter((one) => one.closed)
            .map(({ text: what, owner }) => [{ strong: owner }, ` condition met: ${what}`]),
        ],
        'Nobody has signed off yet.',
      ),
    ),
  ];
}

function conditionPart(condition: Condition, questions: readonly Asked[]): readonly DocumentBlock[] {
  const found = questions.find(({ about }) => about === conditionId(condition));
  return found === undefined
    ? []
    : part(
        `Condition of ${condition.by}`,
        text(`${condition.text} (${condition.owner}, due ${condition.due})`),
        formLines(found.form),
      );
}

function formsOf(questions: readonly Asked[], act: FormAct): readonly DocumentBlock[] {
  return questions.filter(({ form }) => form.act === act).map(({ form }) => formLines(form));
}

function said(decision: string, comment: string): string {
  return comment === '' ? decision : `${decision}: ${comment}`;
}
