import { lateness, type ReportModel, whenText } from '../../domain/report/model.ts';
import { formatMoment, timeOf } from '../../domain/schedule/calendar.ts';

/** The report as Markdown, for a merge request. */
export function releaseMarkdown(model: ReportModel): string {
  const { plan, state } = model;
  const zone = plan.spec.window.timeZone;
  const verdict = state.deployment?.verdict?.data;
  return [
    `## ${plan.metadata.feature}: ${state.phase}`,
    '',
    ...(state.simulated ? ['**Simulated** on relctl’s sandbox.', ''] : []),
    plan.spec.impact.summary,
    '',
    '| Step | When | Against the plan | Who |',
    '|-|-|-|-|',
    ...model.timeline.map(
      (one) =>
        `| ${one.tone === 'good' ? '✓' : one.tone === 'bad' ? '✗' : '·'} ${one.name} | ${one.actual === undefined ? '' : whenText(one, zone)} | ${cell(lateness(one))} | ${cell(one.who)} |`,
    ),
    '',
    ...(verdict === undefined ? [] : [`**Canary:** ${verdict.verdict}. ${verdict.reason}`, '']),
    ...(state.success?.data.metrics ?? []).map(
      (metric) => `- ${metric.name}: **${metric.verdict}** (${metric.detail})`,
    ),
    ...model.approvals.map(
      (one) =>
        `- ${one.role}: ${one.who}, ${one.decision}, ${formatMoment(timeOf(one.at), zone)}${one.signed ? ', signed' : ', not signed'}`,
    ),
    ...model.findings
      .filter((finding) => finding.severity === 'error')
      .map((finding) => `- ✗ ${finding.code}: ${finding.problem}`),
    '',
    `Plan digest \`${plan.specDigest}\`; check it with \`relctl audit ${plan.id}\`.`,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
