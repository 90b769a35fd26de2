import { blockers } from '../process/process.ts';
import { isUnderstated } from '../risk/score.ts';
import type { PacketFacts } from './facts.ts';
import type { Attention } from './model.ts';
import { ownImages } from './own-programs.ts';

/** What a board member should look at twice, the weightiest first; nothing when the release is unremarkable. */
export function attentionOf(facts: PacketFacts): readonly Attention[] {
  const { plan, state, risk, failures, untold, attempts, rehearsal, findings } = facts;
  const { spec } = plan;
  const danger = (text: string): Attention => ({ tone: 'danger', text });
  const caution = (text: string): Attention => ({ tone: 'caution', text });
  // What refuses the submission but for an exception stands here even after the exception was granted.
  const excepted = blockers({ ...facts, state: { ...state, phase: 'draft' } }).filter((one) => one.exceptionable);
  const told: readonly string[] = ['risk.understated', ...excepted.map(({ gate }) => gate)];
  const others = findings().filter(({ code }) => !told.includes(code));
  return [
    ...spec.migrations
      .filter((one) => one.pointOfNoReturn)
      .map((one) =>
        danger(`Migration ${one.id} is a point of no return: after it, the release cannot be rolled back.`),
      ),
    ...(isUnderstated(spec.risk.level, risk)
      ? [danger(`The plan says risk ${spec.risk.level}; calculated: ${risk.level}.`)]
      : []),
    ...others.filter((one) => one.severity === 'error').map((one) => danger(sentence(one.problem))),
    ...excepted.map((refusal) => danger(`By exception: ${refusal.sentence}.`)),
    ...spec.candidate.branches
      .filter((one) => one.approvedBy.length === 0)
      .map((one) => danger(`Nobody approved the branch ${one.name}.`)),
    ...untold.slice(0, 1).map((one) => danger(sentence(`nobody knows what became of another release: ${one}`))),
    ...(rehearsal?.data.result === 'failed' ? [danger('The last rehearsal of this plan failed.')] : []),
    ...spec.migrations
      .filter((one) => !one.reversible && !one.pointOfNoReturn)
      .map((one) => caution(`Migration ${one.id} cannot be undone.`)),
    ...ownImages(spec).map(({ what, image }) =>
      caution(`The ${what} runs an image of its own in production: ${image}.`),
    ),
    ...attempts.slice(-1).map((one) => caution(`An earlier attempt of this release was ${one.how}: ${one.reason}.`)),
    ...failures
      .slice(0, 1)
      .map((one) => caution(`${one.id}, an earlier release of ${one.services.join(', ')}, was rolled back or froze.`)),
    ...(spec.security.review === 'not-needed' ? [caution('The plan says that no security review is needed.')] : []),
    ...(rehearsal === undefined ? [caution('This plan has not been rehearsed.')] : []),
    ...(rehearsal?.data.result === 'passed' && facts.signing?.mode === 'required'
      ? [caution('That this plan was rehearsed is claimed, and nobody signs it.')]
      : []),
    ...others.filter((one) => one.severity === 'warning').map((one) => caution(sentence(one.problem))),
  ];
}

function sentence(problem: string): string {
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;
}
