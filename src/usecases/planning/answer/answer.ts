import type { Block, NextAction } from '../../../domain/outcome/outcome.ts';
import { TO_BE_WRITTEN } from '../../../domain/plan-rules/unwritten.ts';
import { dateIn, dueDate, formatWindow } from '../../../domain/schedule/calendar.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { command } from '../../../text/command-line.ts';
import { plural } from '../../../text/plural.ts';
import type { Context } from '../../release/context.ts';
import { isNewVariable } from '../draft/variables.ts';
import { dependenciesByService, versionsOf } from './finding-sentences.ts';
import type { PlacedFinding } from './findings.ts';
import { placeOf, placesOf } from './places.ts';
import { unmappedGroups, unmappedRow } from './unmapped.ts';

/** What of a service changes, where it is not what several share. */
const CHANGED = { direct: 'its own code changes', manifest: 'its manifests change' } as const;

/** When the plan is due at the CAB, and how long that is. */
export function deadline(
  context: Pick<Context, 'clock'>,
  plan: Pick<ReleasePlan, 'spec'>,
  policy: Policy,
): { readonly submitBy: string; readonly sentence: string; readonly late: boolean } {
  const { window } = plan.spec;
  const submitBy = dueDate(window, policy.leadDays.cab);
  const late = dateIn(context.clock.now(), window.timeZone) > submitBy;
  return {
    submitBy,
    late,
    sentence: late
      ? `it was due at the CAB by ${submitBy} (T-${policy.leadDays.cab}); move the window, or submit with an exception`
      : `submit it by ${submitBy} (T-${policy.leadDays.cab})`,
  };
}

/** Of a service; more of them are one line. */
const MOST_DEPENDENCIES = 5;

/** What was read from the difference, each with its evidence. */
export function foundTable(impact: Impact): Block {
  const rows: string[][] = [
    ...impact.services.map((one) => [
      'service',
      one.name,
      one.because === 'shared' ? `through ${one.through ?? 'shared code'}` : CHANGED[one.because],
      placeOf(one.seen),
    ]),
    ...impact.environmentVariables.map((one) => [
      isNewVariable(one) ? 'variable' : `variable (${one.buildTime ? 'build' : one.change})`,
      one.name,
      [one.secret ? 'secret' : '', one.required ? 'required' : 'optional'].filter(Boolean).join(', '),
      placesOf(one.seen, 1),
    ]),
    ...impact.migrations.map((one) => [
      `migration${one.change === 'added' ? '' : ` (${one.change})`}`,
      one.id,
      [one.tool, ...new Set(one.operations.map((operation) => operation.effect)), UNDOING[one.down]].join(', '),
      placeOf(one.seen),
    ]),
    ...impact.monitoring.map((one) => [`${one.kind} (${one.change})`, one.name, one.severity ?? '', placeOf(one.seen)]),
    ...impact.resources.map((one) => [`resource (${one.change})`, one.name, one.kind, placeOf(one.seen)]),
    ...impact.exposure.map((one) => [`${one.kind} (${one.change})`, one.text, '', placeOf(one.seen)]),
    ...dependenciesByService(impact.dependencies).flatMap(({ of, all }) =>
      all.length > MOST_DEPENDENCIES
        ? [
            [
              'dependencies',
              of,
              `${all.length}, such as ${all[0]?.name ?? ''}`,
              all[0] === undefined ? '' : placeOf(all[0].seen),
            ],
          ]
        : all.map((one) => [`dependency (${one.change})`, one.name, versionsOf(one), placeOf(one.seen)]),
    ),
    ...unmappedGroups(impact.unmappedFiles).map(unmappedRow),
    ...ownFilesRow(impact),
    ...impact.unread.map(({ file, reason }) => ['not read', file, reason, file]),
  ];
  return { kind: 'table', columns: ['found', 'name', 'what', 'where'], rows };
}

const UNDOING = { yes: 'can be undone', lossy: 'undoing it loses data', no: 'cannot be undone' } as const;

function ownFilesRow({ ownFiles }: Impact): string[][] {
  const count = `${plural(ownFiles.length, 'file')}`;
  const shown = ownFiles.slice(0, 3).join(', ');
  const where = ownFiles.length > 3 ? `${shown} and ${ownFiles.length - 3} more` : shown;
  return ownFiles.length === 0 ? [] : [['not counted', count, "relctl's own files", where]];
}

/** What to do with a draft. */
export function draftActions(
  context: Pick<Context, 'clock'>,
  plan: ReleasePlan,
  policy: Policy,
  findings: readonly PlacedFinding[],
): readonly NextAction[] {
  const { rdLead } = plan.spec.owners;
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const { sentence } = deadline(context, plan, policy);
  const check = { who: rdLead, command: command`relctl plan ${plan.id} --check` };
  return errors === 0
    ? [{ who: rdLead, command: command`relctl submit-cab ${plan.id}`, why: sentence }]
    : [
        { ...check, why: `after writing in ${plan.file} what is still marked: ${errors} left` },
        { who: rdLead, command: command`relctl submit-cab ${plan.id}`, why: `once nothing is left: ${sentence}` },
      ];
}

/** The facts of a plan for people. */
export function planFacts(plan: ReleasePlan): Block {
  const { candidate, window, services } = plan.spec;
  return {
    kind: 'facts',
    facts: [
      ['feature', plan.metadata.feature],
      ['window', formatWindow(window)],
      ['candidate', `${candidate.commit.slice(0, 12)} on ${candidate.base}`],
      ...(candidate.branches.length === 0
        ? []
        : [
            [
              'branches',
              candidate.branches
                .map(
                  (one) =>
                    `${one.name} (${one.approvedBy.length === 0 ? 'not approved' : `approved by ${one.approvedBy.join(', ')}`})`,
                )
                .join(', '),
            ] as const,
          ]),
      ['services', services.map(withImage).join(', ')],
      ['file', plan.file],
    ],
  };
}

/** A service with its image; what is still to be written is told where it is to be written. */
function withImage({ name, image }: ReleasePlan['spec']['services'][number]): string {
  return image.includes(TO_BE_WRITTEN) ? name : `${name} ${image}`;
}
