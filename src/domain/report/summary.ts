import { command } from '../../text/command-line.ts';
import { type Document, type DocumentBlock, text } from '../document/model.ts';
import { formatMoment, timeOf } from '../schedule/calendar.ts';
import { lateness, type Milestone, phaseWord, type ReportModel, whenText } from './model.ts';

const SIGNS: Readonly<Record<Milestone['tone'], string>> = { good: '✓', bad: '✗', open: '·' };

/** The report in short, for a merge request. */
export function reportSummary(model: ReportModel): Document {
  const { plan, state } = model;
  const zone = plan.spec.window.timeZone;
  const verdict = state.deployment?.verdict?.data;
  return {
    title: `${plan.metadata.feature}: ${phaseWord(model)}`,
    notices: [
      ...(state.simulated ? ['Simulated on relctl’s sandbox.'] : []),
      ...(model.claimed === true ? [command`Nothing proves where this release stands: relctl audit ${plan.id}`] : []),
    ],
    blocks: [
      text(plan.spec.impact.summary),
      {
        kind: 'table',
        columns: ['Step', 'When', 'Against the plan', 'Who'],
        rows: model.timeline.map((one) => [
          `${SIGNS[one.tone]} ${one.name}`,
          one.actual === undefined ? '' : whenText(one, zone),
          lateness(one),
          one.who,
        ]),
      },
      ...(verdict === undefined ? [] : [text([{ strong: 'Canary:' }, ` ${verdict.verdict}. ${verdict.reason}`])]),
      ...details(model, zone),
      text([
        'Plan digest ',
        { code: plan.specDigest },
        '; check it with ',
        { code: command`relctl audit ${plan.id}` },
        '.',
      ]),
    ],
  };
}

function details(model: ReportModel, zone: string): readonly DocumentBlock[] {
  const items = [
    ...(model.state.success?.data.metrics ?? []).map((metric) => [
      `${metric.name}: `,
      { strong: metric.verdict },
      ` (${metric.detail})`,
    ]),
    ...model.approvals.map(
      (one) =>
        `${one.role}: ${one.who}, ${one.decision}, ${formatMoment(timeOf(one.at), zone)}${one.signed ? ', signed' : ', not signed'}`,
    ),
    ...model.findings
      .filter((finding) => finding.severity === 'error')
      .map((finding) => `✗ ${finding.code}: ${finding.problem}`),
  ];
  return items.length === 0 ? [] : [{ kind: 'list', ordered: false, items }];
}
