import type { Config } from '../../plan/config.ts';
import { durationSeconds, sayDuration } from '../../plan/duration.ts';
import type { GitOpsSettings } from '../../plan/gitops.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { Migration, Spec } from '../../plan/spec.ts';
import { applicationRef, applicationText } from '../gitops/application.ts';
import { PRODUCT } from '../kubernetes/own-objects.ts';
import { sourcesOf } from '../kubernetes/sources.ts';
import { PLAIN_TITLES, regionOf, type ServiceStepKind, serviceTitle, titleOfStep } from './step-titles.ts';
import { isByRegion, strategyFor } from './strategies/strategies.ts';
import type { Strategy } from './strategies/strategy.ts';

/** One step of a deployment to production, as data: what is done, to which service, where. */
export type Step = { readonly id: string; readonly title: string } & (
  | { readonly kind: 'baseline'; readonly target: string }
  | { readonly kind: 'notify' }
  | { readonly kind: 'migrate'; readonly migration: Migration; readonly target: string }
  | { readonly kind: ServiceStepKind; readonly service: string; readonly target: string }
  | { readonly kind: 'bake' }
  /** The images go to the repository that a reconciler reads; it is waited for when their pods are well. */
  | { readonly kind: 'commit' | 'sync'; readonly target: string }
  /** The regions that run the candidate are watched against those that do not yet, before the next wave. */
  | { readonly kind: 'soak'; readonly done: readonly string[]; readonly duration: string }
  | { readonly kind: 'promote' }
);

/** Steps of a group are carried out at the same time, groups one after the other. */
export type StepGroup = readonly Step[];

/** Where production runs: one target, or one a region. */
export function productionTargets(config: Config): readonly string[] {
  const regions = config.environments.production.regions;
  return regions.length === 0 ? ['production'] : regions.map((region) => `production/${region.name}`);
}

/** UID of the cluster that relctl.yaml names for a target such as `staging`, `production` or `production/eu-2`. */
export function clusterUidOf({ environments }: Pick<Config, 'environments'>, target: string): string | undefined {
  const [environment, region] = target.split('/');
  const whole = environments[environment === 'staging' ? 'staging' : 'production'];
  return region === undefined ? whole.clusterUid : whole.regions.find((one) => one.name === region)?.clusterUid;
}

/**
 * The steps of a deployment, in order. Deterministic in plan and configuration, so that a resumed run finds the steps that an
 * earlier one recorded.
 */
export function deploymentSteps(spec: Spec, config: Config): readonly StepGroup[] {
  const targets = productionTargets(config);
  const names = spec.services.map((service) => service.name);
  const waves = dependencyWaves(names, config);
  const shared = sourcesOf(config, 'production', names).some((one) => one.shared || one.services.length > 1);
  const [canary, rest] = isByRegion(spec)
    ? regionSteps(spec, targets, waves, shared)
    : podSteps(spec, targets, rolloutWaves(spec, config), shared, gitopsOf(config));
  return [
    targets.map(baselineStep),
    [{ id: 'notify', kind: 'notify' as const, title: PLAIN_TITLES.notify }],
    ...migrationSteps(spec, 'before-canary', targets),
    ...canary,
    [{ id: 'bake', kind: 'bake' as const, title: `${PLAIN_TITLES.bake} for ${sayDuration(spec.canary.bake)}` }],
    [{ id: 'promote', kind: 'promote' as const, title: PLAIN_TITLES.promote }],
    ...rest,
    ...migrationSteps(spec, 'after-rollout', targets),
  ].filter((group) => group.length > 0);
}

type Waves = readonly (readonly string[])[];
type Halves = readonly [beforeBake: readonly StepGroup[], afterPromotion: readonly StepGroup[]];

/**
 * Services in the waves in which they are rolled out: those without a canary last, but for what a service with one depends on.
 */
function rolloutWaves(spec: Spec, config: Config): Waves {
  const names = spec.services.map((service) => service.name);
  const early = new Set(names.filter((name) => strategyFor(spec, name).canary !== 'none'));
  // Grows while it is walked through: what is needed by what is needed comes early too.
  for (const name of early) for (const needed of config.services[name]?.dependsOn ?? []) early.add(needed);
  const last = names.filter((name) => !early.has(name));
  return [
    ...dependencyWaves(
      names.filter((name) => early.has(name)),
      config,
    ),
    ...dependencyWaves(last, config),
  ];
}

/**
 * Canary pods of all services, in the order of their dependencies; requests come to them once all are ready, so that the
 * candidate is met as a whole. After the rollout they are left by the requests first and removed then.
 */
function podSteps(
  spec: Spec,
  targets: readonly string[],
  waves: Waves,
  shared: boolean,
  gitops: GitOpsSettings | undefined,
): Halves {
  const all = waves.flat();
  const everywhere = (kind: ServiceStepKind, services: readonly string[] = all) =>
    targets.flatMap((target) => services.map((service) => serviceStep(kind, service, target)));
  const having = (is: (strategy: Strategy) => boolean, services: readonly string[] = all) =>
    services.filter((service) => is(strategyFor(spec, service)));
  const steered = having(({ steering }) => steering !== undefined);
  const isWritten = gitops === undefined;
  return [
    [
      ...(isWritten ? [...productStep('prepare', targets, shared), everywhere('prepare')] : []),
      ...waves.map((wave) =>
        everywhere(
          'canary',
          having(({ canary }) => canary !== 'none', wave),
        ),
      ),
      everywhere('expose', steered),
    ],
    [
      ...(isWritten ? productStep('rollout', targets, shared) : [targets.map(commitStep)]),
      ...waves.map((wave) => everywhere('rollout', wave)),
      ...(isWritten ? [] : [targets.map((target) => syncStep(target, gitops))]),
      everywhere('hide', steered),
      everywhere(
        'retire',
        having(({ canary }) => canary === 'pods'),
      ),
    ],
  ];
}

/** One region first; then the others, in the waves that the plan names or all at once. */
function regionSteps(spec: Spec, targets: readonly string[], waves: Waves, shared: boolean): Halves {
  const all = waves.flat();
  const first = `production/${spec.canary.region}`;
  const roll = (places: readonly string[]): readonly StepGroup[] => [
    ...productStep('prepare', places, shared),
    places.flatMap((target) => all.map((service) => serviceStep('prepare', service, target))),
    ...productStep('rollout', places, shared),
    ...waves.map((wave) => places.flatMap((target) => wave.map((service) => serviceStep('rollout', service, target)))),
  ];
  const rest = targets.filter((target) => target !== first);
  const regional = spec.canary.waves ?? [{ regions: rest.map((target) => regionOf(target) ?? ''), soak: '0s' }];
  const done = [spec.canary.region ?? ''];
  const following = regional.flatMap(({ regions, soak }, index): readonly StepGroup[] => {
    done.push(...regions);
    const isLast = index === regional.length - 1;
    const rolled = roll(rest.filter((target) => regions.includes(regionOf(target) ?? '')));
    if (isLast || durationSeconds(soak) === 0) return rolled;
    const title = `Watch ${regions.join(', ')} for ${sayDuration(soak)}`;
    return [...rolled, [{ id: `soak:${index + 1}`, kind: 'soak', done: [...done], duration: soak, title }]];
  });
  return [roll([first]), following];
}

/** What several services share comes before each of them. */
function productStep(kind: 'prepare' | 'rollout', targets: readonly string[], shared: boolean): readonly StepGroup[] {
  return shared ? [targets.map((target) => serviceStep(kind, PRODUCT, target))] : [];
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

function serviceStep(kind: ServiceStepKind, service: string, target: string): Step {
  return { id: `${kind}:${service}@${target}`, kind, service, target, title: serviceTitle(kind, service, target) };
}

function commitStep(target: string): Step {
  return { id: `commit@${target}`, kind: 'commit', target, title: PLAIN_TITLES.commit };
}

function syncStep(target: string, gitops: GitOpsSettings): Step {
  const title = `Wait until ${applicationText(applicationRef(gitops))} is ready at that commit`;
  return { id: `sync@${target}`, kind: 'sync', target, title };
}

function baselineStep(target: string): Step {
  const id = `baseline@${target}`;
  return { id, kind: 'baseline', target, title: titleOfStep(id) };
}
