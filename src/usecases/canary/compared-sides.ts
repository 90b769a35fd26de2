import { isByRegion, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { writeMatcher } from '../../plan/promql/selector.ts';
import type { Run } from '../cluster/run.ts';
import { regionSides, type Sides, type SidesOf } from '../slo/sides.ts';
import { firstPodsOf } from './own-pods.ts';

/**
 * Canary pods against stable ones, some pods of a workload against its others, or the first region against all others.
 * @param services that are judged
 */
export async function sidesOf(run: Run, services: readonly string[]): Promise<SidesOf> {
  const { config } = run.context;
  const { spec } = run.release.journal.plan;
  if (isByRegion(spec)) {
    const sides = regionSides(run.context, [spec.canary.region ?? '']);
    return () => sides;
  }
  const own = new Map<string, Sides>();
  for (const service of new Set(services)) {
    if (strategyFor(spec, service).own !== undefined) own.set(service, await ownPodsSides(run, service));
  }
  const apart = { canary: [config.metrics.canaryMatcher], control: [config.metrics.controlMatcher] };
  return (service) => own.get(service) ?? apart;
}

/** Pods are told apart by their names; those of several regions may have the same. */
async function ownPodsSides(run: Run, service: string): Promise<Sides> {
  const { metrics, environments } = run.context.config;
  const groups = await Promise.all(
    [...run.locks].map(async ([target, { cluster }]) => {
      const names = (await firstPodsOf(run, cluster, service)).map(({ metadata }) => metadata.name).sort();
      const value = names.map((name) => name.replaceAll('.', '[.]')).join('|');
      const region = environments.production.regions.find(({ name }) => target === `production/${name}`)?.matcher;
      const matcher = (operator: '=~' | '!~') =>
        [writeMatcher({ label: metrics.podLabel, operator, value }), ...(region === undefined ? [] : [region])].join(
          ',',
        );
      return { canary: matcher('=~'), control: matcher('!~') };
    }),
  );
  return { canary: groups.map(({ canary }) => canary), control: groups.map(({ control }) => control) };
}
