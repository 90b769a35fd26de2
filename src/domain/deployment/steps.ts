import type { Config } from '../../plan/config.ts';
import type { Migration, Spec } from '../../plan/spec.ts';

/** One step of a deployment to production, as data: what is done, to which service, where. */
export type Step = { readonly id: string; readonly title: string } & (
  | { readonly kind: 'baseline'; readonly target: string }
  | { readonly kind: 'notify' }
  | { readonly kind: 'migrate'; readonly migration: Migration; readonly target: string }
  | { readonly kind: 'prepare' | 'canary' | 'rollout' | 'retire'; readonly service: string; readonly target: string }
  | { readonly kind: 'bake' }
  | { readonly kind: 'promote' }
);

/** Steps of a group are carried out at the same time, groups one after the other. */
export type StepGroup = readonly Step[];

/** Where production runs: one target, or one a region. */
export function productionTargets(config: Config): readonly string[] {
  const regions = config.environments.production.regions;
  return regions.length === 0 ? ['production'] : regions.map((region) => `production/${region.name}`);
}

/** The region of a target such as `production/eu-2`; `undefined` for an environment without regions. */
export function regionOf(target: string): string | undefined {
  return target.split('/')[1];
}

/**
 * The steps of a deployment, in order. Deterministic in plan and configuration, so that a resumed run finds the steps that an
 * earlier one recorded.
 */
export function deploymentSteps(spec: Spec, config: Config): readonly StepGroup[] {
  const targets = productionTargets(config);
  const waves = dependencyWaves(
    spec.services.map((service) => service.name),
    config,
  );
  const first = spec.canary.strategy === 'region' ? `production/${spec.canary.region}` : undefined;
  const canaryTargets = first === undefined ? targets : [first];
  const rest = first === undefined ? targets : targets.filter((target) => target !== first);
  const all = waves.flat();
  return [
    targets.map((target) => step('baseline', target, `Record what ${target} runs`)),
    [{ id: 'notify', kind: 'notify' as const, title: 'Announce the deployment' }],
    ...migrationSteps(spec, 'before-canary', targets),
    canaryTargets.flatMap((target) => all.map((service) => serviceStep('prepare', service, target))),
    ...(first === undefined
      ? waves.map((wave) => canaryTargets.flatMap((target) => wave.map((name) => serviceStep('canary', name, target))))
      : waves.map((wave) => wave.map((name) => serviceStep('rollout', name, first)))),
    [{ id: 'bake', kind: 'bake' as const, title: `Watch the canary for ${spec.canary.bake}` }],
    [{ id: 'promote', kind: 'promote' as const, title: 'Promote' }],
    ...(first === undefined ? [] : [rest.flatMap((target) => all.map((name) => serviceStep('prepare', name, target)))]),
    ...waves.map((wave) => rest.flatMap((target) => wave.map((name) => serviceStep('rollout', name, target)))),
    ...(first === undefined
      ? [canaryTargets.flatMap((target) => all.map((name) => serviceStep('retire', name, target)))]
      : []),
    ...migrationSteps(spec, 'after-rollout', targets),
  ].filter((group) => group.length > 0);
}

/** Services in waves: each after those that it depends on, as far as they are part of the release. */
export function dependencyWaves(services: readonly string[], config: Config): readonly (readonly string[])[] {
  const waves: string[][] = [];
  let left = [...services];
  while (left.length > 0) {
    const ready = left.filter((name) =>
      (config.services[name]?.dependsOn ?? []).every((needed) => !left.includes(needed)),
    );
    // Services that depend on each other in a circle go together.
    const wave = ready.length > 0 ? ready : left;
    waves.push([...wave]);
    left = left.filter((name) => !wave.includes(name));
  }
  return waves;
}

/** Migrations run once, in the first target: regions share their databases or replicate them. */
function migrationSteps(spec: Spec, when: Migration['when'], targets: readonly string[]): readonly StepGroup[] {
  const [target = 'production'] = targets;
  return spec.migrations
    .filter((migration) => migration.when === when)
    .map((migration) => [
      {
        id: `migrate:${migration.id}`,
        kind: 'migrate' as const,
        migration,
        target,
        title: `Migrate ${migration.id} (${migration.service})`,
      },
    ]);
}

const TITLES = {
  prepare: (service: string) => `Prepare ${service}`,
  canary: (service: string) => `Start the canary of ${service}`,
  rollout: (service: string) => `Roll out ${service}`,
  retire: (service: string) => `Remove the canary of ${service}`,
} as const;

function serviceStep(kind: keyof typeof TITLES, service: string, target: string): Step {
  const where = regionOf(target);
  return {
    id: `${kind}:${service}@${target}`,
    kind,
    service,
    target,
    title: `${TITLES[kind](service)}${where === undefined ? '' : ` in ${where}`}`,
  };
}

function step(kind: 'baseline', target: string, title: string): Step {
  return { id: `${kind}@${target}`, kind, target, title };
}
