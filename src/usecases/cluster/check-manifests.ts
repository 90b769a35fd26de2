import { canaryOf, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { ManifestFinding, PlannedCanary } from '../../domain/kubernetes/manifest-finding.ts';
import { manifestFindings } from '../../domain/kubernetes/manifest-findings.ts';
import { RelctlError } from '../../errors.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import { type RenderingContext, renderEnvironment } from './environment.ts';

const ENVIRONMENTS: readonly EnvironmentName[] = ['staging', 'production'];

/** What is wrong with the objects that a plan ships, in both environments: the one answer of check, stage and deploy. */
export async function findingsOfManifests(
  context: RenderingContext,
  { spec }: Pick<ReleasePlan, 'spec'>,
): Promise<readonly ManifestFinding[]> {
  const services = spec.services.map(({ name }) => name);
  const found = await Promise.all(
    ENVIRONMENTS.map(async (environment) =>
      manifestFindings({
        environment,
        namespace: context.config.environments[environment].namespace,
        shipped: spec.services,
        whole: await renderEnvironment(context, spec.candidate.commit, { environment, services }),
        migrates: spec.migrations.length > 0,
        canaryOf: (service) => plannedCanary(spec, service),
      }),
    ),
  );
  return found.flat();
}

/** What the canary of a service asks of its manifests. */
function plannedCanary(spec: Spec, service: string): PlannedCanary {
  const { canary, own, isWork = false } = strategyFor(spec, service);
  return { by: canary, kind: own?.kind, isWork, stablePods: canaryOf(spec, service).stablePods };
}

/**
 * Refuses to act on a plan whose manifests have an error; `plan --check` names it before.
 * @throws RelctlError why nothing could be rendered, or `config.invalid`
 */
export async function requireManifests(
  context: RenderingContext,
  plan: Pick<ReleasePlan, 'id' | 'spec'>,
): Promise<void> {
  const errors = (await findingsOfManifests(context, plan)).filter(({ severity }) => severity === 'error');
  const [first, ...rest] = errors;
  if (first === undefined) return;
  if (first.cause instanceof RelctlError) throw first.cause;
  throw new RelctlError('config.invalid', first.problem, {
    place: { file: 'relctl.yaml' },
    why: 'What is staged, canaried and rolled out must be exactly what the candidate renders, and all of it.',
    found: rest.map(({ problem, fix }) => ({ state: 'failed', text: problem, detail: fix })),
    hints: [first.fix, command`relctl plan ${plan.id} --check`],
    data: { findings: errors.map(({ cause: _cause, ...finding }) => finding) },
  });
}
