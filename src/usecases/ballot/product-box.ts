import type { Asked } from '../../domain/ballot/answer.ts';
import { bullets, type DocumentBlock, type Prose, part, text } from '../../domain/document/model.ts';
import { formatMoment, timeOf } from '../../domain/schedule/calendar.ts';
import { sayOutcome } from '../../domain/success/outcome.ts';
import type { Release } from '../release/open.ts';
import { judgeAll } from '../review/week.ts';
import { observedDays } from '../success/measure.ts';
import { formLines } from './form-lines.ts';

/** What the Product Manager is asked once a release is out, and what was read so far. */
export function productBlocks(release: Release, questions: readonly Asked[]): readonly DocumentBlock[] {
  const { plan, state } = release.journal;
  const { owners, window } = plan.spec;
  const since = state.deployment?.completedAt;
  const days = questions.filter(({ form }) => form.act === 'success');
  const review = questions.find(({ form }) => form.act === 'review');
  return [
    text(
      `${plan.metadata.feature}${since === undefined ? '' : `, in production since ${formatMoment(timeOf(since), window.timeZone)}`}. For ${owners.productManager}, the Product Manager.`,
    ),
    ...(days.length === 0 ? [] : daysPart(release, days)),
    ...(review === undefined ? [] : reviewPart(release, review)),
    ...part(
      'How',
      bullets(
        [
          'Copy the lines into a review of this request, and put in what you have to say; a review that only comments is enough. Lines that say nothing are left as they are, or taken out.',
          'What is not exactly such lines is not recorded. A later review of yours on the same takes the place of an earlier one; an edited one does not count.',
        ],
        '',
      ),
    ),
    ...part('Counted', bullets(counted(release), 'Nothing was told yet.')),
  ];
}

function daysPart({ journal }: Release, days: readonly Asked[]): readonly DocumentBlock[] {
  const { plan, state } = journal;
  const value = (metric: string, day: string | undefined) =>
    observedDays(state.successDays, metric).find((one) => one.day === day)?.value;
  return part(
    'Success metrics, day by day',
    bullets(
      plan.spec.successMetrics.map(({ name, direction, target, guardrail }) => [
        { strong: name },
        `: ${direction === 'up' ? 'at least' : 'at most'} ${target}${guardrail === undefined ? '' : `; the guardrail is ${guardrail}`}`,
      ]),
      '',
    ),
    ...days.flatMap(({ form, about }) => {
      const known = plan.spec.successMetrics.flatMap(({ name }) => {
        const found = value(name, about);
        return typeof found === 'number' ? [`${name} ${found}`] : [];
      });
      const standing = known.length === 0 ? '' : ` (recorded: ${known.join(', ')}; another value corrects it)`;
      return [text(`${about}${standing}:`), formLines(form)];
    }),
  );
}

function reviewPart(release: Release, { form }: Asked): readonly DocumentBlock[] {
  const { state } = release.journal;
  const metrics = state.success?.data.metrics ?? judgeAll(release, new Map(), []);
  return part(
    'Post-release review',
    text(
      state.review === undefined
        ? 'It closes the release. As the success metrics stand:'
        : 'The release is closed. What was written down wrongly is written anew, as a whole:',
    ),
    bullets(
      metrics.map(({ name, verdict, detail }) => [{ strong: name }, ` ${verdict}: ${detail}`]),
      'The plan names no success metric.',
    ),
    text('An outcome that the metrics speak against is explained in the comment, the last lines.'),
    formLines(form),
  );
}

function counted({ journal: { plan, state } }: Release): readonly Prose[] {
  const { review } = state;
  return [
    ...plan.spec.successMetrics.flatMap(({ name }) =>
      observedDays(state.successDays, name).map((day) => [{ strong: name }, ` on ${day.day}: ${day.detail}`]),
    ),
    ...(review === undefined
      ? []
      : [
          [{ strong: review.actor }, ` review: ${sayOutcome(review.data, state.success?.data.metrics ?? [])}`],
          ...review.data.lessons.map((lesson) => `lesson: ${lesson}`),
          ...review.data.debts.map(
            (debt) => `technical debt: ${debt.text} (${debt.owner}, due ${debt.due}, ${debt.ticket})`,
          ),
        ]),
  ];
}
