import { formatWindow } from '../../domain/calendar.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';

/** Release notes for Marketing and everybody else who is informed: plain words, nothing internal. */
export function releaseNotes(plan: Pick<ReleasePlan, 'metadata' | 'spec'>): string {
  const { metadata, spec } = plan;
  return [
    `# ${metadata.feature}`,
    '',
    spec.impact.summary,
    ...(spec.impact.users === undefined ? [] : ['', `**Who notices it:** ${spec.impact.users}`]),
    '',
    `**When:** ${formatWindow(spec.window)}`,
    '',
    '**What is new**',
    '',
    ...spec.services.map((service) => `- ${service.change}`),
    ...(spec.successMetrics.length === 0
      ? []
      : ['', '**What we look at in the first week**', '', ...spec.successMetrics.map((metric) => `- ${metric.name}`)]),
    '',
    `Questions go to ${spec.owners.productManager}.`,
    '',
  ].join('\n');
}
