import { type Document, part, text } from '../../domain/document/model.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { formatWindow } from '../../domain/schedule/calendar.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { formatSeconds } from '../../text/figures.ts';

/** One step of a rehearsal and how it went. */
export interface RehearsedStep {
  readonly when: string;
  readonly command: string;
  readonly who: string;
  readonly result: Outcome['result'];
  readonly said: string;
}

/** How a release was rehearsed. */
export interface RehearsalFacts {
  readonly faults: readonly string[];
  readonly day: string | undefined;
  /** True where production gets the release by commits, which the sandbox has nobody to apply. */
  readonly byCommits: boolean;
}

/** What is not rehearsed of a release that production gets by commits. */
export const NOT_BY_COMMITS =
  'Production gets this release by commits that a reconciler applies. The sandbox has no reconciler: the rollout was rehearsed as if relctl wrote to the cluster itself, and the commit, what applies it and its revert were not rehearsed.';

/** What a rehearsal showed, for the CAB. It says at its top that everything in it is simulated. */
export function rehearsalDocument(
  plan: ReleasePlan,
  state: ReleaseState,
  steps: readonly RehearsedStep[],
  { faults, day, byCommits }: RehearsalFacts,
): Document {
  const verdict = state.deployment?.verdict?.data;
  const why = state.deployment?.rollbackReason;
  const passed = state.phase === 'closed';
  const ends = passed ? 'ends' : 'stops where the release is';
  return {
    title: `Rehearsal of ${plan.metadata.feature}`,
    notices: ['Simulated'],
    blocks: [
      text([
        `Release ${plan.id} (plan digest `,
        { code: plan.specDigest },
        `, window ${formatWindow(plan.spec.window)}) was walked through the process in relctl's sandbox: its cluster, traffic, metrics and people are made up. ${passed ? 'It shows that the plan can be carried out as written. It does not show that the candidate is good.' : 'It failed: nothing shows that the plan can be carried out as written.'}`,
      ]),
      ...(byCommits ? [text(NOT_BY_COMMITS)] : []),
      text([
        day === undefined
          ? `Faults switched on: ${faults.join(', ')}. It ${ends} `
          : `No fault was switched on; the day was an ordinary one, with ${day}. It ${ends} `,
        { strong: state.phase },
        '.',
      ]),
      {
        kind: 'table',
        columns: ['When', 'Who', 'Command', 'Result'],
        rows: steps.map((step) => [step.when, step.who, [{ code: step.command }], `${step.result}: ${step.said}`]),
      },
      ...part(
        'Canary',
        text(
          verdict === undefined
            ? 'It was not reached.'
            : [{ strong: verdict.verdict }, ` after ${formatSeconds(verdict.elapsedSeconds)}: ${verdict.reason}`],
        ),
      ),
      ...(why === undefined ? [] : part('Rollback', text(why))),
    ],
  };
}
