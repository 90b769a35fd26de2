import { type Document, part, text } from '../document/model.ts';
import type { Phase } from '../process/phases.ts';
import { formatWindow } from '../schedule/calendar.ts';
import type { ReportModel } from './model.ts';

/** What has to be said first of a release that nobody gets. */
const WITHDRAWN: Readonly<Partial<Record<Phase, string>>> = {
  'no-go': 'This release was not approved. Please do not announce it.',
  'rolled-back': 'This release was rolled back and is not available. Please do not announce it.',
  aborted: 'This release was called off. Please do not announce it.',
  frozen: 'This release stopped half-way. Please do not announce it yet.',
};

/** Release notes for Marketing and everybody else who is informed: plain words, nothing internal. */
export function releaseNotes({ plan, state, claimed }: Pick<ReportModel, 'plan' | 'state' | 'claimed'>): Document {
  const { metadata, spec } = plan;
  // Neither that it is there, nor that it was taken back.
  const withdrawn =
    claimed === true
      ? `Nothing proves where this release stands. Please do not announce it before ${spec.owners.rdLead} has looked.`
      : WITHDRAWN[state.phase];
  return {
    title: metadata.feature,
    notices: [
      ...(state.simulated ? ['A rehearsal: none of this has happened.'] : []),
      ...(withdrawn === undefined ? [] : [withdrawn]),
    ],
    blocks: [
      text(spec.impact.summary),
      ...(spec.impact.users === undefined ? [] : [text([{ strong: 'Who notices it:' }, ` ${spec.impact.users}`])]),
      text([{ strong: 'When:' }, ` ${formatWindow(spec.window)}`]),
      ...part('What is new', list([...new Set(spec.services.map((service) => service.change))])),
      ...(spec.successMetrics.length === 0
        ? []
        : part('What we watch in the first week', list(spec.successMetrics.map((metric) => metric.name)))),
      text(`Questions go to ${spec.owners.productManager}.`),
    ],
  };
}

function list(items: readonly string[]) {
  return { kind: 'list', ordered: false, items } as const;
}
