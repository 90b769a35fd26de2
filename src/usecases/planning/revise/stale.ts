import type { Impact } from '../../../evidence/impact/findings.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { Context } from '../../release/context.ts';
import { migrationNames } from '../draft/migrations.ts';
import { isNewVariable } from '../draft/variables.ts';
import type { Manifests } from '../facts/manifests.ts';
import { type Notice, notice } from './notice.ts';

/** What the plan says and the difference does not show. */
export async function staleOf(
  context: Context,
  spec: Spec,
  impact: Impact,
  manifests: Manifests,
): Promise<readonly Notice[]> {
  const missing = (kind: Notice['kind'], names: readonly string[], found: readonly string[]): Notice[] =>
    names
      .filter((name) => !found.includes(name))
      .map((name) => notice(kind, name, 'in the plan, but not in the difference'));
  const images = await Promise.all(
    spec.services.map(async ({ name, image }) => {
      const { image: said } = await manifests.of('production', name);
      return said === undefined || said === image || image.startsWith(`${said}@`)
        ? []
        : [notice('image', name, `the plan ships ${image}; the candidate's production manifest says ${said}`)];
    }),
  );
  return [
    ...missing(
      'service',
      spec.services.map((one) => one.name),
      impact.services.map((one) => one.name),
    ),
    ...missing(
      'variable',
      spec.environmentVariables.map((one) => one.name),
      impact.environmentVariables.filter(isNewVariable).map((one) => one.name),
    ),
    ...missing(
      'migration',
      spec.migrations.map((one) => one.id),
      [...migrationNames(impact).values()],
    ),
    ...missing(
      'alert',
      spec.alerts.map((one) => one.name),
      impact.monitoring.map((one) => one.name),
    ),
    ...images.flat(),
    ...(await movedBranches(context, spec)),
  ];
}

/** Branches that went on since the candidate was built from them. */
async function movedBranches({ repository }: Pick<Context, 'repository'>, spec: Spec): Promise<readonly Notice[]> {
  const moved: Notice[] = [];
  for (const branch of spec.candidate.branches) {
    const head = await repository.branchHead(branch.name);
    if (head === undefined)
      moved.push(notice('branch', branch.name, 'the branch no longer exists, neither in this clone nor at its remote'));
    else if (head !== branch.head)
      moved.push(
        notice(
          'branch',
          branch.name,
          `moved from ${branch.head.slice(0, 12)} to ${head.slice(0, 12)} since the candidate was built`,
        ),
      );
  }
  return moved;
}
