import type { ReleaseState } from '../../domain/history/state.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { formatWindow } from '../../domain/schedule/calendar.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';

/** One step of a rehearsal and how it went. */
export interface RehearsedStep {
  readonly when: string;
  readonly command: string;
  readonly who: string;
  readonly result: Outcome['result'];
  readonly said: string;
}

/** What a rehearsal showed, as Markdown for the CAB. It says at its top that everything in it is simulated. */
export function rehearsalDocument(
  plan: ReleasePlan,
  state: ReleaseState,
  steps: readonly RehearsedStep[],
  faults: readonly string[],
): string {
  const verdict = state.deployment?.verdict?.data;
  return [
    `# Rehearsal of ${plan.metadata.feature}`,
    '',
    `**Simulated.** Release ${plan.id} (plan digest \`${plan.specDigest}\`, window ${formatWindow(plan.spec.window)}) was walked through the process in relctl's sandbox: its cluster, traffic, metrics and people are made up. It shows that the plan can be carried out as written, and not that the candidate is good.`,
    '',
    `Faults switched on: ${faults.join(', ') || 'none'}. It ends **${state.phase}**.`,
    '',
    '| When | Who | Command | Result |',
    '|-|-|-|-|',
    ...steps.map((step) => `| ${step.when} | ${step.who} | \`${step.command}\` | ${step.result}: ${cell(step.said)} |`),
    '',
    '## Canary',
    '',
    verdict === undefined
      ? 'It was not reached.'
      : `**${verdict.verdict}** after ${Math.round(verdict.elapsedSeconds / 60)} min: ${verdict.reason}`,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
