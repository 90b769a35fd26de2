import type { RiskScore } from '../../../domain/risk/score.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { Spec } from '../../../plan/spec.ts';

/**
 * The risk of a draft as it is written: the level that the facts give. The points behind it are summed anew wherever they are shown, since they
 * change with the plan; the notes are for what only people know.
 */
export function draftRisk({ level }: Pick<RiskScore, 'level'>): Spec['risk'] {
  return { level, notes: '' };
}

/** What the security review has to look at; `undefined` when nothing stands out. */
export function securityNotes(impact: Impact): string | undefined {
  const named = (label: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${label} ${[...new Set(names)].join(', ')}`];
  const notes = [
    ...named(
      'new secrets',
      impact.environmentVariables.filter((one) => one.change === 'added' && one.secret).map((one) => one.name),
    ),
    ...named(
      'permissions',
      impact.exposure.filter((one) => one.kind === 'permission').map((one) => one.text),
    ),
    ...named(
      'ports',
      impact.exposure.filter((one) => one.kind === 'port' && one.change === 'added').map((one) => one.text),
    ),
    ...named(
      'new dependencies',
      impact.dependencies.filter((one) => one.change === 'added' && !one.development).map((one) => one.name),
    ),
  ];
  return notes.length === 0 ? undefined : `Look at: ${notes.join('; ')}`;
}
