import type { Phase } from '../../domain/process/phases.ts';
import type { ReportModel } from '../../domain/report/model.ts';
import { formatWindow } from '../../domain/schedule/calendar.ts';

/** What has to be said first of a release that nobody gets. */
const WITHDRAWN: Readonly<Partial<Record<Phase, string>>> = {
  'no-go': 'This release was not approved. Please do not announce it.',
  'rolled-back': 'This release was taken back and is not available. Please do not announce it.',
  aborted: 'This release was called off. Please do not announce it.',
  frozen: 'This release has stopped half-way. Please do not announce it yet.',
};

/** Release notes for Marketing and everybody else who is informed: plain words, nothing internal. */
export function releaseNotes({ plan, state }: Pick<ReportModel, 'plan' | 'state'>): string {
  const { metadata, spec } = plan;
  const withdrawn = WITHDRAWN[state.phase];
  return [
    `# ${metadata.feature}`,
    '',
    ...(state.simulated ? ['**A rehearsal:** nothing of this has happened.', ''] : []),
    ...(withdrawn === undefined ? [] : [`**${withdrawn}**`, '']),
    spec.impact.summary,
    ...(spec.impact.users === undefined ? [] : ['', `**Who notices it:** ${spec.impact.users}`]),
    '',
    `**When:** ${formatWindow(spec.window)}`,
    '',
    '**What is new**',
    '',
    ...[...new Set(spec.services.map((service) => service.change))].map((change) => `- ${change}`),
    ...(spec.successMetrics.length === 0
      ? []
      : ['', '**What we look at in the first week**', '', ...spec.successMetrics.map((metric) => `- ${metric.name}`)]),
    '',
    `Questions go to ${spec.owners.productManager}.`,
    '',
  ].join('\n');
}
