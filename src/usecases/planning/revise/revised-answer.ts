import type { Block, Check, Outcome } from '../../../domain/outcome/outcome.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { HeadEdit } from '../../../plan/edit.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { command } from '../../../text/command-line.ts';
import { plural } from '../../../text/plural.ts';
import type { Context } from '../../release/context.ts';
import { openRelease } from '../../release/open.ts';
import { draftActions, planFacts } from '../answer/answer.ts';
import type { PlanData } from '../answer/data.ts';
import { findingChecks } from '../answer/findings.ts';
import { observe } from '../check/observe.ts';
import type { Notice } from './notice.ts';
import type { Refresh } from './refresh.ts';

/** What a changed draft answers: what was set, what was added, what to look at, what is left to a person. */
export async function revisedAnswer(
  context: Context,
  plan: ReleasePlan,
  policy: Policy,
  changed: readonly HeadEdit[],
  { added, stale }: Refresh,
  impact: Impact | undefined,
): Promise<Outcome> {
  const { findings } = await observe(context, await openRelease(context, plan.id), impact);
  // What is stale has its own heading where the difference was read.
  const left = stale.length === 0 ? findings : findings.filter(({ code }) => !code.startsWith('stale.'));
  const fields = [...new Set(changed.map(({ path }) => String(path[1])))];
  const changes = [
    ...(fields.length === 0 ? [] : [`${fields.join(', ')} set`]),
    ...(added.length === 0 ? [] : [`${plural(added.length, 'finding')} added`]),
    ...(stale.length === 0 ? [] : [`${stale.length} stale`]),
  ];
  return {
    result: 'done',
    headline:
      changes.length === 0 ? `${plan.id} is up to date with its candidate` : `${plan.id}: ${changes.join(', ')}`,
    blocks: [
      planFacts(plan),
      ...noticeBlock('Added to the plan', added, 'ok'),
      ...noticeBlock('To be checked by you', stale, 'warning'),
      { kind: 'heading', text: 'For you to fill in' },
      { kind: 'checks', checks: findingChecks(left) },
      { kind: 'next', actions: [...rebuildAction(plan, stale), ...draftActions(context, plan, policy, findings)] },
    ],
    data: {
      release: plan.id,
      phase: 'draft',
      file: plan.file,
      created: false,
      specDigest: plan.specDigest,
      candidate: plan.spec.candidate,
      added,
      stale,
      findings,
    } satisfies PlanData,
    simulated: context.environments.simulated,
  };
}

function noticeBlock(title: string, notices: readonly Notice[], state: Check['state']): readonly Block[] {
  return notices.length === 0
    ? []
    : [
        { kind: 'heading', text: title },
        {
          kind: 'checks',
          checks: notices.map(({ kind, name, detail }) => ({ state, text: `${kind} ${name}`, detail })),
        },
      ];
}

function rebuildAction(plan: ReleasePlan, stale: readonly Notice[]) {
  if (!stale.some((one) => one.kind === 'branch' && one.detail.startsWith('moved'))) return [];
  const branches = plan.spec.candidate.branches.flatMap((one) => ['--branch', one.name]);
  return [
    {
      who: plan.spec.owners.rdLead,
      command: command`relctl plan ${plan.id} ${branches}`,
      why: 'builds the candidate again from the current branches',
    },
  ];
}
