import { refuse } from '../../../domain/gates/gate.ts';
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import { nameList } from '../../../domain/people/people.ts';
import { choiceDifferences } from '../../../domain/process/choice.ts';
import { isInProduction, type Phase, sayPhase } from '../../../domain/process/phases.ts';
import { editHead } from '../../../plan/edit.ts';
import { parseReleasePlan, type ReleasePlan } from '../../../plan/release-plan.ts';
import { command } from '../../../text/command-line.ts';
import type { Context } from '../../release/context.ts';
import { gateError, playerIn } from '../../release/gate-error.ts';
import { Journal } from '../../release/journal.ts';
import { loadPolicy } from '../../release/settings.ts';
import { subjectOf } from '../../release/subject.ts';
import { openSigning } from '../../signing/open.ts';
import { asksNothing, type PlanOptions } from '../ask/options.ts';
import { imagesOf } from '../draft/services.ts';
import { impactBetween } from '../facts/impact.ts';
import { askedEdits } from './asked-edits.ts';
import { type Refresh, refreshOf } from './refresh.ts';
import { revisedAnswer } from './revised-answer.ts';

/**
 * Changes a draft: the fields that flags name, and, when the candidate changes or nothing is named, what the difference brings
 * anew. What a person wrote is never overwritten by what was found.
 * @throws RelctlError `gate.refused` when the plan is no draft any more
 */
export async function revisePlan(context: Context, plan: ReleasePlan, given: PlanOptions): Promise<Outcome> {
  const policy = await loadPolicy(context.workspace, plan.metadata.process);
  const journal = new Journal(context, plan);
  refuseUnlessDraft(context, plan, journal.state.phase);
  const options = withChoice(context, new Journal(context, plan, (await openSigning(context, plan)).sealing), given);
  const images = imagesOf(context, options.images);
  const { edits: asked, candidate, exceptions } = await askedEdits(context, plan, options, images, policy);
  const needsRefresh =
    asksNothing(options) ||
    candidate !== undefined ||
    [...images.keys()].some((name) => plan.spec.services.every((service) => service.name !== name));
  // What is compared with the difference is the plan as it will be: a candidate that was just built anew is not stale.
  const wanted = needsRefresh ? withHead(plan, editHead(plan.head, asked)) : plan;
  const current = wanted.spec.candidate;
  const impact = needsRefresh
    ? await impactBetween(context, await context.repository.resolve(current.base), current.commit)
    : undefined;
  const refresh: Refresh =
    impact === undefined
      ? { edits: [], added: [], stale: [] }
      : await refreshOf(context, wanted, impact, current.commit, images);
  const changed = asked.filter((edit) => editHead(plan.head, [edit]) !== plan.head);
  const head = editHead(plan.head, [...asked, ...refresh.edits]);
  if (head !== plan.head || plan.events.length === 0) {
    const rewritten = head === plan.head ? plan : await context.store.rewrite(plan, head);
    const next = new Journal(context, rewritten, (await openSigning(context, rewritten)).sealing);
    await next.recordAll([
      ...exceptions.map((data) => ['exception.granted', data] as const),
      [plan.events.length === 0 ? 'plan.created' : 'plan.revised', subjectOf(rewritten)],
    ]);
    return revisedAnswer(context, next.plan, policy, changed, refresh, impact);
  }
  return revisedAnswer(context, plan, policy, changed, refresh, impact);
}

/** The branches that the Product Manager chose since, where flags name none. */
function withChoice({ sink }: Pick<Context, 'sink'>, { plan, state }: Journal, options: PlanOptions): PlanOptions {
  const chosen = state.chosen?.data.branches.map(({ name }) => name) ?? [];
  const held = plan.spec.candidate.branches.map(({ name }) => name);
  const isNamed = options.branches.length > 0 || options.candidate !== undefined;
  if (state.chosen === undefined || isNamed || choiceDifferences(held, chosen).length === 0) return options;
  const text = `${state.chosen.actor} chose ${nameList(chosen)}: the candidate is built of that`;
  sink.emit({ type: 'note', level: 'info', text });
  return { ...options, branches: chosen };
}

/** The plan with another text above its history. */
function withHead(plan: ReleasePlan, head: string): Pick<ReleasePlan, 'id' | 'spec'> {
  return head === plan.head ? plan : parseReleasePlan(new TextEncoder().encode(head), plan.file, plan.id);
}

function refuseUnlessDraft(context: Context, plan: ReleasePlan, phase: Phase): void {
  if (phase === 'draft') return;
  const stuck = isInProduction(phase) || ['deployed', 'verified', 'hypercare', 'validated', 'closed'].includes(phase);
  throw gateError(
    'plan',
    plan,
    [
      refuse(
        'phase.order',
        stuck
          ? `the release ${sayPhase(phase)}, and its plan is what went to production`
          : `the release ${sayPhase(phase)}: its plan is not a draft, and a change would invalidate what was approved`,
        {
          who: [plan.spec.owners.rdLead],
          command: stuck ? command`relctl status ${plan.id}` : command`relctl plan ${plan.id} --reopen "<reason>"`,
        },
      ),
    ],
    playerIn(context),
  );
}
