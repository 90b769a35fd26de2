import { describe, expect, it } from 'vitest';
import { voteQuestion } from '../../../src/domain/ballot/ballot.ts';
import { branchesQuestion } from '../../../src/domain/ballot/branches.ts';
import { conditionQuestion } from '../../../src/domain/ballot/condition.ts';
import { reviewQuestion } from '../../../src/domain/ballot/review.ts';
import { opsQuestion, qaQuestion } from '../../../src/domain/ballot/signoff.ts';
import { successQuestion } from '../../../src/domain/ballot/success.ts';
import { EMPTY_STATE, type ReleaseState } from '../../../src/domain/history/state.ts';
import { conditionId } from '../../../src/domain/process/condition-id.ts';
import type { EventData, EventOf, EventType } from '../../../src/plan/events.ts';
import type { BallotPaper } from '../../../src/ports/forge.ts';
import { DOCUMENTS } from '../../../src/renderers/documents.ts';
import { type BoxKind, boxText } from '../../../src/usecases/ballot/box.ts';
import type { Release } from '../../../src/usecases/release/open.ts';
import { EVENT_TEXTS, poisonEvent, RARE } from '../../support/hostile/history.ts';
import { inertMarkdown } from '../../support/hostile/inert.ts';
import { hostileText } from '../../support/hostile/payload.ts';
import { complete, poisonAll } from '../../support/hostile/whole-plan.ts';
import { SAMPLE_ID, samplePlan } from '../../support/sample-plan.ts';

/** The texts that relctl puts on a merge request: what people wrote in a plan, in a record or in a review is text there. */

const plan = samplePlan({
  change: (document) => {
    complete(document);
    poisonAll(document);
  },
});

/** A recorded event in which every text is as hostile as its form lets it be. */
function hostile<T extends EventType>(type: T): EventOf<T> {
  const found = RARE.find((one) => one.type === type);
  const data = structuredClone(found?.data) as EventData<T>;
  for (const { path } of EVENT_TEXTS.filter((one) => one.type === type)) poisonEvent({ type, data }, path);
  const [at, actor] = ['2026-12-04T10:00:00.000Z', hostileText('actor')];
  return { seq: 1, at, actor, type, data, prev: '', hash: '' } as EventOf<T>;
}

const condition = {
  text: hostileText('condition'),
  owner: 'olga@example.com',
  due: '2026-12-01',
  by: hostileText('by'),
};
const observed = hostile('success.observed');
const metric = plan.spec.successMetrics[0]?.name ?? '';
const days = observed.data.days.map((day) => ({ ...day, metric, detail: hostileText('detail') }));
const staged = { attempt: 1, commit: 'c'.repeat(40), images: {} };
const state: ReleaseState = {
  ...EMPTY_STATE,
  cab: {
    ...{ round: 1, submittedBy: 'x', submittedAt: '2026-12-01T10:00:00.000Z', specDigest: plan.specDigest },
    ...{ votes: [hostile('cab.voted')], decision: undefined, packet: [] },
  },
  conditions: [
    { ...condition, closed: false },
    { ...condition, by: 'x', closed: true },
  ],
  stage: { ...staged, specDigest: plan.specDigest, result: 'completed', at: '2026-12-02T10:00:00.000Z' },
  signoffs: { qa: hostile('signoff.recorded'), ops: hostile('signoff.recorded') },
  successDays: [{ ...observed, data: { ...observed.data, days } }],
  success: hostile('success.judged'),
  review: hostile('review.closed'),
  chosen: hostile('branches.chosen'),
};
const release = { journal: { plan, state } } as unknown as Release;

const subject = { release: SAMPLE_ID, specDigest: plan.specDigest, textDigest: plan.textDigest };
const deployed = { ...subject, attempt: 1 };
const QUESTIONS = {
  branches: [branchesQuestion({ release: SAMPLE_ID, base: 'b', offered: ['feature/<b>', 'a`b', '**x**'] })],
  votes: [voteQuestion({ ...subject, round: 1 })],
  'sign-offs': [
    qaQuestion({ ...subject, ...staged }, plan.spec),
    opsQuestion({ ...subject, ...staged }, plan.spec),
    conditionQuestion({ ...subject, round: 1 }, conditionId(condition)),
  ],
  product: [
    successQuestion(deployed, '2026-12-05', plan.spec.successMetrics),
    reviewQuestion(deployed, plan.spec, plan.spec.successMetrics),
  ],
} as const;

const paper: BallotPaper = {
  ...{ id: '1', url: 'https://git.example.com/1', login: hostileText('login'), text: '', at: hostileText('at') },
  ...{ commit: undefined, stance: 'comments', voided: undefined },
};

describe('a text on the request', () => {
  it.each(Object.keys(QUESTIONS) as BoxKind[])('of %s holds nothing that became more than text', async (kind) => {
    const refused = [{ paper, reason: hostileText('reason') }];
    const text = await boxText({ documents: DOCUMENTS }, release, kind, QUESTIONS[kind], refused);
    expect(text).toContain('FORGED');
    expect(inertMarkdown(text)).toEqual([]);
  });
});
