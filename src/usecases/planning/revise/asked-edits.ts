import type { HeadEdit } from '../../../plan/edit.ts';
import type { EventData } from '../../../plan/events.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { Context } from '../../release/context.ts';
import { buildCandidate, chooseCandidate } from '../ask/candidate.ts';
import { checkFeature } from '../ask/feature.ts';
import type { PlanOptions } from '../ask/options.ts';
import { checkMails } from '../ask/owners.ts';
import { proposedWindow, windowAnswer } from '../ask/window.ts';
import { exceptionsOf } from '../draft/draft.ts';
import { branchEntry } from '../draft/draft-document.ts';

/** What flags ask for. */
export interface AskedEdits {
  readonly edits: readonly HeadEdit[];
  /** The new candidate, when the flags ask for one. */
  readonly candidate: Spec['candidate'] | undefined;
  readonly exceptions: readonly EventData<'exception.granted'>[];
}

/**
 * The edits that the flags ask for: each names its own field and nothing else.
 * @param images images that flags name, by service
 * @throws RelctlError `usage.bad-flag`, `candidate.clash`, `gate.refused`, `repo.no-such-commit`
 */
export async function askedEdits(
  context: Context,
  plan: ReleasePlan,
  options: PlanOptions,
  images: ReadonlyMap<string, string>,
  policy: Policy,
): Promise<AskedEdits> {
  const { spec } = plan;
  const edits: HeadEdit[] = [];
  const set = (path: readonly (string | number)[], value: unknown) => edits.push({ kind: 'set', path, value });
  if (options.feature !== undefined) set(['metadata', 'feature'], checkFeature(options.feature));
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
