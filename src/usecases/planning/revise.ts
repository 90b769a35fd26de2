import { refuse } from '../../domain/gates/gate.ts';
import type { Block, Check, Outcome } from '../../domain/outcome.ts';
import { isInProduction, type Phase } from '../../domain/phases.ts';
import { editHead, type HeadEdit } from '../../plan/edit.ts';
import type { EventData } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Spec } from '../../plan/spec.ts';
import type { Context } from '../context.ts';
import { Journal } from '../journal.ts';
import { gateError } from '../release.ts';
import { loadPolicy } from '../settings.ts';
import { openSigning } from '../signing/open.ts';
import { subjectOf } from '../subject.ts';
import { draftActions, findingChecks, placedFindings, planFacts } from './answer.ts';
import { buildCandidate, chooseCandidate } from './candidate.ts';
import { exceptionsOf } from './draft.ts';
import { branchEntry } from './draft-document.ts';
import { impactBetween } from './impact.ts';
import { asksNothing, type PlanOptions } from './options.ts';
import { checkMails } from './owners.ts';
import { type Notice, type Refresh, refreshOf } from './refresh.ts';
import { imagesOf } from './services.ts';
import { proposedWindow, windowAnswer } from './window.ts';

/**
 * Changes a draft: the fields that flags name, and, when the candidate changes or nothing is named, what the difference brings
 * anew. What a person wrote is never overwritten by what was found.
 * @throws RelctlError `gate.refused` when the plan is no draft any more
 */
export async function revisePlan(context: Context, plan: ReleasePlan, options: PlanOptions): Promise<Outcome> {
  const policy = await loadPolicy(context.workspace, plan.metadata.process);
  const journal = new Journal(context, plan);
  refuseUnlessDraft(plan, journal.state.phase);
  const images = imagesOf(context, options.images);
  const { edits: asked, candidate, exceptions } = await askedEdits(context, plan, options, images, policy);
  const needsRefresh =
    asksNothing(options) ||
    candidate !== undefined ||
    [...images.keys()].some((name) => plan.spec.services.every((service) => service.name !== name));
  const current = candidate ?? plan.spec.candidate;
  const refresh: Refresh = needsRefresh
    ? await refreshOf(
        context,
        plan,
        await impactBetween(context, await context.repository.resolve(current.base), current.commit),
        current.commit,
        images,
      )
    : { edits: [], added: [], stale: [] };
  const changed = asked.filter((edit) => editHead(plan.head, [edit]) !== plan.head);
  const head = editHead(plan.head, [...asked, ...refresh.edits]);
  if (head !== plan.head || plan.events.length === 0) {
    const rewritten = head === plan.head ? plan : await context.store.rewrite(plan, head);
    const next = new Journal(context, rewritten, (await openSigning(context, rewritten)).sealing);
    await next.recordAll([
      ...exceptions.map((data) => ['exception.granted', data] as const),
      [plan.events.length === 0 ? 'plan.created' : 'plan.revised', subjectOf(rewritten)],
    ]);
    return revisedAnswer(context, next.plan, policy, changed, refresh);
  }
  return revisedAnswer(context, plan, policy, changed, refresh);
}

function refuseUnlessDraft(plan: ReleasePlan, phase: Phase): void {
  if (phase === 'draft') return;
  const stuck = isInProduction(phase) || ['deployed', 'verified', 'hypercare', 'validated', 'closed'].includes(phase);
  throw gateError('plan', plan, [
    refuse(
      'phase.order',
      stuck
        ? `the release is ${phase}, and its plan is what went to production`
        : `the release is ${phase}: its plan is not a draft, and a change would void what was approved`,
      {
        who: [plan.spec.owners.rdLead],
        command: stuck ? `relctl status ${plan.id}` : `relctl plan ${plan.id} --reopen "<reason>"`,
      },
    ),
  ]);
}

interface AskedEdits {
  readonly edits: readonly HeadEdit[];
  /** The new candidate, when the flags ask for one. */
  readonly candidate: Spec['candidate'] | undefined;
  readonly exceptions: readonly EventData<'exception.granted'>[];
}

async function askedEdits(
  context: Context,
  plan: ReleasePlan,
  options: PlanOptions,
  images: ReadonlyMap<string, string>,
  policy: Policy,
): Promise<AskedEdits> {
  const { spec } = plan;
  const edits: HeadEdit[] = [];
  const set = (path: readonly (string | number)[], value: unknown) => edits.push({ kind: 'set', path, value });
  if (options.feature !== undefined) set(['metadata', 'feature'], options.feature);
  if (options.window !== undefined || options.timeZone !== undefined) {
    const { start, end } = spec.window;
    const window = await windowAnswer(
      context,
      {
        window: options.window ?? `${start.slice(0, 16)}/${end.slice(0, 16)}`,
        ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
      },
      spec.window.timeZone,
      (zone) => proposedWindow(context, zone, policy),
    );
    for (const key of ['start', 'end', 'timeZone'] as const) set(['spec', 'window', key], window[key]);
  }
  checkMails(options.owners);
  for (const role of ['productManager', 'rdLead', 'operations', 'qa', 'cab', 'informed'] as const) {
    const value = options.owners[role];
    if (value !== undefined && value.length > 0)
      set(['spec', 'owners', role], typeof value === 'string' ? value : [...value]);
  }
  for (const [index, service] of spec.services.entries()) {
    const image = images.get(service.name);
    if (image !== undefined) set(['spec', 'services', index, 'image'], image);
  }
  const changed = await changedCandidate(context, plan, options);
  return {
    edits: [...edits, ...(changed?.edits ?? [])],
    candidate: changed?.candidate,
    exceptions: changed?.exceptions ?? [],
  };
}

/** The candidate as flags ask for it: other branches, another base, another commit. */
async function changedCandidate(
  context: Context,
  plan: ReleasePlan,
  options: PlanOptions,
): Promise<(Omit<AskedEdits, 'candidate'> & { readonly candidate: Spec['candidate'] }) | undefined> {
  const { base, branches, candidate: ref } = options;
  if (base === undefined && branches.length === 0 && ref === undefined) return undefined;
  const recorded = plan.spec.candidate;
  const choice = await chooseCandidate(context, {
    ...options,
    base: base ?? recorded.base,
    branches: branches.length > 0 || ref !== undefined ? branches : recorded.branches.map((one) => one.name),
  });
  const built = await buildCandidate(context, plan.id, options.feature ?? plan.metadata.feature, choice);
  const candidate = { base: built.base, commit: built.commit, branches: built.branches.map(branchEntry) };
  return {
    candidate,
    exceptions: exceptionsOf(choice, options),
    edits: [
      { kind: 'set', path: ['spec', 'candidate', 'base'], value: candidate.base },
      { kind: 'set', path: ['spec', 'candidate', 'commit'], value: candidate.commit },
      ...branchEdits(recorded.branches, candidate.branches),
    ],
  };
}

/** Only what differs is changed, so that a comment on a branch that stays is kept. */
function branchEdits(before: Spec['candidate']['branches'], now: Spec['candidate']['branches']): readonly HeadEdit[] {
  const path = ['spec', 'candidate', 'branches'];
  const stays = before.filter((old) => now.some((one) => one.name === old.name));
  if (stays.length === 0) return [{ kind: 'set', path, value: now }];
  return [
    ...before.flatMap((old, index): HeadEdit[] => {
      const one = now.find((branch) => branch.name === old.name);
      if (one === undefined) return [];
      return (['head', 'approvedBy', 'request'] as const)
        .filter((key) => one[key] !== undefined)
        .map((key) => ({ kind: 'set', path: [...path, index, key], value: one[key] }));
    }),
    // From the end, so that the places of those before do not move.
    ...before
      .map((old, index) => ({ old, index }))
      .filter(({ old }) => !stays.includes(old))
      .reverse()
      .map(({ index }): HeadEdit => ({ kind: 'remove', path: [...path, index] })),
    ...now
      .filter((one) => !stays.some((old) => old.name === one.name))
      .map((value): HeadEdit => ({ kind: 'append', path, items: [{ value }] })),
  ];
}

function revisedAnswer(
  context: Context,
  plan: ReleasePlan,
  policy: Policy,
  changed: readonly HeadEdit[],
  { added, stale }: Refresh,
): Outcome {
  const findings = placedFindings(context, plan, policy);
  const fields = [...new Set(changed.map(({ path }) => String(path[1])))];
  const changes = [
    ...(fields.length === 0 ? [] : [`${fields.join(', ')} set`]),
    ...(added.length === 0 ? [] : [`${added.length} ${added.length === 1 ? 'finding' : 'findings'} added`]),
    ...(stale.length === 0 ? [] : [`${stale.length} stale`]),
  ];
  return {
    result: 'done',
    headline:
      changes.length === 0 ? `${plan.id} is up to date with its candidate` : `${plan.id}: ${changes.join(', ')}`,
    blocks: [
      planFacts(plan),
      ...noticeBlock('Added to the plan', added, 'ok'),
      ...noticeBlock('For a person to look at', stale, 'warning'),
      { kind: 'heading', text: 'Left to a person' },
      { kind: 'checks', checks: findingChecks(findings) },
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
    },
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
  const branches = plan.spec.candidate.branches.map((one) => `--branch ${one.name}`).join(' ');
  return [
    {
      who: plan.spec.owners.rdLead,
      command: `relctl plan ${plan.id} ${branches}`,
      why: 'builds the candidate anew from where the branches stand',
    },
  ];
}
