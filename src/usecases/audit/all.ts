import type { AuditFinding } from '../../domain/history/audit.ts';
import { phaseOf } from '../../domain/history/fold.ts';
import type { Block, Outcome } from '../../domain/outcome/outcome.ts';
import { approvalsWord } from '../../domain/signing/words.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { plural } from '../../text/plural.ts';
import { gonePlans, isOfRules } from '../signing/gone-plans.ts';
import { type AuditContext, auditRelease, shownFinding } from './one.ts';

interface Line {
  readonly release: string;
  readonly phase: string;
  readonly signing: string;
  readonly findings: readonly AuditFinding[];
  readonly simulated: boolean;
}

/** Audits every release of the repository, for CI: one that does not read is a finding, and the others are still looked at. */
export async function auditAll(context: AuditContext): Promise<Outcome> {
  const lines: Line[] = [];
  for (const id of await context.store.list()) lines.push(await lineOf(context, id));
  lines.push(...(await goneLines(context)));
  const bad = lines.filter(({ findings }) => errorsOf(findings).length > 0);
  const unchecked = bad.filter(({ findings }) => errorsOf(findings).every((one) => one.unchecked === true));
  const invalid = bad.filter((line) => !unchecked.includes(line));
  const counted = [
    ...(invalid.length === 0 ? [] : [`${countOf(invalid, lines)} not valid: ${namesOf(invalid)}`]),
    ...(unchecked.length === 0 ? [] : [`${countOf(unchecked, lines)} not checked in full: ${namesOf(unchecked)}`]),
  ];
  return {
    result: bad.length === 0 ? 'done' : 'failed',
    headline:
      bad.length === 0 ? `${plural(lines.length, 'history is valid', 'histories are valid')}` : counted.join('; '),
    blocks: [
      {
        kind: 'table',
        columns: ['Release', 'Phase', 'Approvals', 'Errors', 'Warnings'],
        rows: lines.map(({ release, phase, signing, findings }) => {
          const errors = errorsOf(findings).length;
          return [release, phase, signing, String(errors), String(findings.length - errors)];
        }),
      },
      ...lines.filter((line) => line.findings.length > 0).flatMap(blocksOf),
    ],
    data: { releases: lines },
    simulated: lines.length > 0 && lines.every((line) => line.simulated),
  };
}

const errorsOf = (findings: readonly AuditFinding[]) => findings.filter(({ severity }) => severity === 'error');
const namesOf = (lines: readonly Line[]): string => lines.map(({ release }) => release).join(', ');
const countOf = (some: readonly Line[], all: readonly Line[]): string =>
  `${some.length} of ${all.length} histories ${some.length === 1 ? 'is' : 'are'}`;

function blocksOf({ release, findings }: Line): readonly Block[] {
  return [
    { kind: 'heading', text: release },
    { kind: 'checks', checks: findings.map(shownFinding) },
  ];
}

/** Files that are gone with what was signed of them: one that the protected branch dropped by a review is told, and no error. */
async function goneLines(context: AuditContext): Promise<readonly Line[]> {
  try {
    return (await gonePlans(context)).map(({ id, file, lost: [first = ''], reviewed }) => ({
      release: id,
      phase: 'deleted',
      signing: '',
      simulated: false,
      findings: [
        {
          code: 'plan-gone',
          severity: reviewed ? 'warning' : 'error',
          problem: `${file} is deleted${reviewed ? ', on the protected branch as well' : ''}: ${first}`,
          fix: command`git log -p --full-history -- ${file}`,
        },
      ],
    }));
  } catch (error) {
    // Rules that do not read are a finding of each release.
    if (isOfRules(error)) return [];
    throw error;
  }
}

async function lineOf(context: AuditContext, id: string): Promise<Line> {
  try {
    const { plan, signing, findings, simulated } = await auditRelease(context, id);
    const held = plan.events.filter((event) => signing.examination?.leftOut.has(event.hash) !== true);
    return { release: id, phase: phaseOf(held), signing: approvalsWord(signing), findings, simulated };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const { place } = error;
    // The policy, say, which is a file of today: the history may be as good as ever.
    const isOther = place !== undefined && place.file !== `releases/${id}.yaml`;
    const fix = [place === undefined ? '' : `${place.file}:${place.line ?? 1}`, error.hints[0] ?? ''].filter(Boolean);
    const finding = {
      code: error.code,
      severity: 'error' as const,
      ...(isOther ? { unchecked: true } : {}),
      problem: error.message,
      fix: fix.join('; '),
    };
    return {
      release: id,
      phase: isOther ? 'unknown' : 'unreadable',
      signing: '',
      findings: [finding],
      simulated: false,
    };
  }
}
