import { canaryOf, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import type { EnvironmentObjects } from '../../domain/kubernetes/environment-objects.ts';
import { hookLine } from '../../domain/kubernetes/hook-line.ts';
import { unknownToBase } from '../../domain/kubernetes/immutable-findings.ts';
import type { ManifestFinding, PlannedCanary } from '../../domain/kubernetes/manifest-finding.ts';
import { manifestFindings } from '../../domain/kubernetes/manifest-findings.ts';
import { RelctlError } from '../../errors.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { Spec } from '../../plan/spec.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { type RenderingContext, renderEnvironment } from './environment.ts';
import { type AskedStaging, refusedThere } from './refused-there.ts';

const ENVIRONMENTS: readonly EnvironmentName[] = ['staging', 'production'];

/** What the findings need: what is rendered, and the commit that the candidate is compared with. */
export interface CheckedContext extends RenderingContext {
  readonly repository: Pick<Context['repository'], 'resolve'>;
}

/**
 * What is wrong with the objects that a plan ships, in both environments: the one answer of check, stage and deploy.
 * @param staging by what staging is asked where the candidate is yet to be staged; left out, it is not asked. Production is asked by `deploy`,
 *   of everything that it will write, before anything is announced
 */
export async function findingsOfManifests(
  context: CheckedContext,
  { spec }: Pick<ReleasePlan, 'spec'>,
  staging?: AskedStaging,
): Promise<readonly ManifestFinding[]> {
  const { config } = context;
  const services = spec.services.map(({ name }) => name);
  const base = await baseOf(context, spec);
  const found = await Promise.all(
    ENVIRONMENTS.map(async (environment) => {
      const render = (commit: string, images: Readonly<Record<string, string>> = {}) =>
        renderEnvironment(context, commit, { environment, services, images });
      const written = await render(spec.candidate.commit, writtenImages(spec, environment));
      // What others apply from their repository is not what the base renders.
      const objects = base === undefined || isKept(config, environment) ? [] : allObjects(await render(base));
      const { context: target, namespace } = config.environments[environment];
      return manifestFindings({
        environment,
        namespace,
        shipped: spec.services,
        whole: await render(spec.candidate.commit),
        written,
        standing: {
          base: spec.candidate.base,
          objects,
          refused:
            environment === 'staging' && staging !== undefined
              ? await refusedThere({ config, ...staging }, unknownToBase(written, services, objects))
              : new Map(),
          kubectl: command`kubectl --context ${target} -n ${namespace}`,
          lineFor: (service, hooks) => hookLine(config, environment, service, hooks),
        },
        migrates: spec.migrations.length > 0,
        canaryOf: (service) => plannedCanary(spec, service),
      });
    }),
  );
  return found.flat();
}

function isKept(config: CheckedContext['config'], environment: EnvironmentName): boolean {
  return environment === 'production' && gitopsOf(config) !== undefined;
}

/** The commit of the base; `undefined` in a clone that does not have it, which `plan --check` says by itself. */
async function baseOf({ repository }: CheckedContext, { candidate }: Spec): Promise<string | undefined> {
  try {
    return await repository.resolve(candidate.base);
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'repo.no-such-commit') return undefined;
    throw error;
  }
}

/** Images as they are written: production gets each pinned to the digest that staging ran, which is another text than any tag. */
function writtenImages({ services }: Spec, environment: EnvironmentName): Readonly<Record<string, string>> {
  return Object.fromEntries(
    services.map(({ name, image }) => [
      name,
      environment === 'staging' || image.includes('@') ? image : `${image}@sha256:<as staged>`,
    ]),
  );
}

function allObjects({ services, product }: EnvironmentObjects): readonly KubeObject[] {
  return [
    ...product,
    ...[...services.values()].flatMap((one) => (one.ok ? [one.workload, ...one.others] : one.objects)),
  ];
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
  context: CheckedContext,
  plan: Pick<ReleasePlan, 'id' | 'spec'>,
  staging?: AskedStaging,
): Promise<void> {
  const errors = (await findingsOfManifests(context, plan, staging)).filter(({ severity }) => severity === 'error');
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
