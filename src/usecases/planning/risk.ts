import type { Impact } from '../../evidence/impact/findings.ts';
import type { Spec } from '../../plan/spec.ts';
import type { DraftedMigration } from './migrations.ts';

/** A first risk level from facts, each point with its reason; the board and the R&D Lead judge it. */
export function draftRisk(impact: Impact, migrations: readonly DraftedMigration[]): Spec['risk'] {
  const points: (readonly [number, string])[] = [];
  const beyond = migrations.filter(({ migration }) => migration.pointOfNoReturn).length;
  const oneWay = migrations.filter(({ migration }) => !migration.reversible).length - beyond;
  const files = impact.services.reduce((sum, service) => sum + service.files.length, 0);
  const permissions = impact.exposure.filter((one) => one.kind === 'permission').length;
  const secrets = impact.environmentVariables.filter((one) => one.change === 'added' && one.secret).length;
  if (beyond > 0)
    points.push([4, count(beyond, 'migration past the point of no return', 'migrations past the point of no return')]);
  if (oneWay > 0) points.push([2, count(oneWay, 'migration without a way down', 'migrations without a way down')]);
  if (migrations.length - beyond - oneWay > 0)
    points.push([1, count(migrations.length - beyond - oneWay, 'reversible migration', 'reversible migrations')]);
  if (impact.services.length > 1)
    points.push([Math.min(3, impact.services.length - 1), `${impact.services.length} services`]);
  if (files > 50) points.push([files > 200 ? 2 : 1, `${files} changed files`]);
  if (permissions > 0) points.push([1, count(permissions, 'changed permission', 'changed permissions')]);
  if (secrets > 0) points.push([1, count(secrets, 'new secret', 'new secrets')]);
  if (impact.unmappedFiles.length > 0)
    points.push([1, count(impact.unmappedFiles.length, 'changed file of no service', 'changed files of no service')]);
  const sum = points.reduce((total, [weight]) => total + weight, 0);
  const reasons = points.map(([weight, reason]) => `${reason} (+${weight})`).join(', ');
  return {
    level: sum >= 4 ? 'high' : sum >= 2 ? 'medium' : 'low',
    notes: `Drafted from the difference: ${reasons === '' ? 'one service, nothing irreversible' : reasons}`,
  };
}

function count(n: number, one: string, several: string): string {
  return `${n} ${n === 1 ? one : several}`;
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
