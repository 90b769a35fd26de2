import type { Outcome } from '../../../domain/outcome/outcome.ts';
import { RelctlError } from '../../../errors.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { command } from '../../../text/command-line.ts';
import { plural } from '../../../text/plural.ts';
import type { Context } from '../../release/context.ts';
import { openRelease } from '../../release/open.ts';
import { deadline, draftActions, planFacts } from '../answer/answer.ts';
import { findingChecks, type PlacedFinding } from '../answer/findings.ts';
import { riskBlocks } from './calculated-risk.ts';
import { observe } from './observe.ts';

/**
 * Checks a plan and changes nothing: complete, consistent, can be satisfied, in time, and still what its branches and its
 * candidate say.
 * @throws RelctlError `plan.incomplete` (exit 2) when an error is found; all findings stand in what it found and in its data
 */
export async function checkRelease(context: Context, id: string): Promise<Outcome> {
  const { journal, policy, findings, risk } = await observe(context, await openRelease(context, id));
  const { plan, state } = journal;
  const errors = findings.filter((finding) => finding.severity === 'error');
  const warnings = findings.length - errors.length;
  const { sentence, submitBy, late } = deadline(context, plan, policy);
  if (errors.length > 0) throw incomplete(plan, findings, errors, sentence);
  return {
    result: 'done',
    headline: `${id} is complete${warnings === 0 ? '' : `, with ${plural(warnings, 'warning')}`}${state.phase === 'draft' ? `; ${sentence}` : ''}`,
    blocks: [
      planFacts(plan),
      ...(warnings === 0 ? [] : [{ kind: 'checks' as const, checks: findingChecks(findings) }]),
      ...riskBlocks(plan.spec, risk),
      ...(state.phase === 'draft'
        ? [{ kind: 'next' as const, actions: draftActions(context, plan, policy, findings) }]
        : []),
    ],
    data: {
      release: id,
      phase: state.phase,
      file: plan.file,
      specDigest: plan.specDigest,
      submitBy,
      late,
      findings,
      risk,
    },
    simulated: context.environments.simulated,
  };
}

function incomplete(
  plan: ReleasePlan,
  findings: readonly PlacedFinding[],
  errors: readonly PlacedFinding[],
  deadlineSentence: string,
): RelctlError {
  const [first] = errors;
  const warnings = findings.filter((finding) => finding.severity === 'warning');
  const count = `${plural(errors.length, 'gap')}`;
  const more = warnings.length === 0 ? '' : ` and ${plural(warnings.length, 'warning')}`;
  return new RelctlError('plan.incomplete', `${plan.id} is not ready for the CAB: ${count}${more}`, {
    place: plan.place(first?.path ?? []),
    found: findingChecks(findings),
    why: `The CAB is asked only about a plan that can be carried out; ${deadlineSentence}.`,
    hints: [command`relctl plan ${plan.id} --check`, `once they are fixed in ${plan.file}`],
    data: { release: plan.id, file: plan.file, findings },
  });
}
