import type { EnvironmentName } from '../../plan/config.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { EnvironmentObjects, HookObject } from './environment-objects.ts';
import { proposedChoice } from './helm-hooks.ts';
import { isServiceOf } from './manifests.ts';
import { namedElsewhere } from './named-elsewhere.ts';
import { allContainers, imageRepository, podTemplateOf } from './pods.ts';
import { aboutOf, referencesOf } from './references.ts';

/** Something wrong with what an environment renders. An error refuses `stage` and `deploy`, and `--check` says so before. */
export interface ManifestFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** The service that it concerns; the whole product when left out. */
  readonly service?: string;
  readonly problem: string;
  readonly fix: string;
  /** The error behind it, where something could not be rendered at all. */
  readonly cause?: unknown;
}

/** What an environment is checked against. */
export interface ManifestFacts {
  readonly environment: EnvironmentName;
  /** The namespace that is written to. */
  readonly namespace: string;
  /** Services of the release with the image that is shipped. */
  readonly shipped: readonly { readonly name: string; readonly image: string }[];
  readonly whole: EnvironmentObjects;
  /** Whether the plan runs migrations. */
  readonly migrates: boolean;
  /** How each service meets production first. */
  readonly canaryOf: (service: string) => PlannedCanary;
}

/** The canary of a service, as far as the manifests have to allow it. */
export interface PlannedCanary {
  /** Where its canary is: as strategies say. */
  readonly by: 'region' | 'pods' | 'own-pods' | 'none';
  /** The only kind of workload that it can serve; a Deployment for pods beside others. */
  readonly kind?: string | undefined;
  /** True where its pods are to get work and no requests. */
  readonly isWork: boolean;
  /** Stable pods that there are to be while the canary is watched. */
  readonly stablePods?: number | undefined;
}

/** All that is wrong with an environment, in the order in which a person would mend it. Pure. */
export function manifestFindings(facts: ManifestFacts): readonly ManifestFinding[] {
  const { whole, shipped, environment } = facts;
  const services = shipped.flatMap(({ name, image }): readonly ManifestFinding[] => {
    const answer = whole.services.get(name);
    if (answer === undefined) return [];
    return answer.ok
      ? serviceFindings(facts, answer, image)
      : [
          {
            code: 'manifests.workload',
            severity: 'error',
            service: name,
            problem: `${environment}: ${answer.problem}`,
            fix: answer.fix,
            ...(answer.cause === undefined ? {} : { cause: answer.cause }),
          },
        ];
  });
  return [
    ...services,
    ...undecidedHooks(facts),
    ...whole.hooks.flatMap((hook) => hookFinding(facts, hook)),
    ...nobody(facts),
    ...applied(facts).flatMap((one) => objectFindings(facts, one)),
    ...twice(facts),
    ...keptNames(facts),
  ];
}

/** ConfigMaps and Secrets that pods read and that a program finds by name: canary and stable share them, so a change is not canaried. */
function keptNames(facts: ManifestFacts): readonly ManifestFinding[] {
  const objects = applied(facts).map(({ object }) => object);
  const read = new Set(objects.flatMap(referencesOf).map(({ kind, name }) => `${kind}/${name}`));
  return [...namedElsewhere(objects)]
    .filter(([title]) => read.has(title))
    .map(([title, place]) => ({
      code: 'manifests.named-elsewhere',
      severity: 'warning',
      problem: `${facts.environment}: ${title} keeps its name, because ${place} names it: a change of it reaches stable pods and canary alike, at the rollout, and pods that run do not read it anew`,
      fix: 'give it another name when its content changes, or let only pods name it',
    }));
}

interface Applied {
  readonly service?: string;
  readonly object: KubeObject;
}

/** Everything that the release would apply. */
function applied({ whole, shipped }: ManifestFacts): readonly Applied[] {
  const own = shipped.flatMap(({ name }) => {
    const answer = whole.services.get(name);
    return answer?.ok ? [answer.workload, ...answer.others].map((object) => ({ service: name, object })) : [];
  });
  return [...own, ...whole.product.map((object) => ({ object }))];
}

/** Hooks for which nobody has said what stands in for them; the fix is one line for all, drafted from when Helm would run each. */
function undecidedHooks({ environment, whole }: ManifestFacts): readonly ManifestFinding[] {
  const undecided = whole.hooks.filter(({ choice }) => choice === undefined);
  const line = undecided
    .map(
      ({ object, when }) =>
        `${titleOf(object)}: ${proposedChoice({ kind: object.kind, name: object.metadata.name, when })}`,
    )
    .join(', ');
  return undecided.map(({ object, from, when }) => ({
    code: 'manifests.hook',
    severity: 'error',
    problem: `${environment}: ${titleOf(object)} (${from}) is a Helm hook (${when}), and relctl.yaml does not say what stands in for it`,
    fix: `hooks: { ${line} } beside its source in relctl.yaml, if that is so: each is migration, smoke-test or ignore, and a migration or smoke test is then written in the plan`,
  }));
}

function hookFinding(
  { environment, migrates }: ManifestFacts,
  { object, when, choice }: HookObject,
): readonly ManifestFinding[] {
  const title = titleOf(object);
  if (choice !== 'migration' || migrates) return [];
  return [
    {
      code: 'manifests.hook-not-planned',
      severity: 'warning',
      problem: `${environment}: Helm would run ${title} (${when}) with each release, and the plan runs no migration`,
      fix: 'add it under spec.migrations if there is something to migrate',
    },
  ];
}

function objectFindings(facts: ManifestFacts, { service, object }: Applied): readonly ManifestFinding[] {
  const { environment, namespace } = facts;
  const of = service === undefined ? {} : { service };
  const title = titleOf(object);
  const own = object.metadata.namespace;
  const found: ManifestFinding[] = [];
  if (own !== undefined && own !== namespace) {
    found.push({
      code: 'manifests.namespace',
      severity: 'error',
      ...of,
      problem: `${environment}: ${title} is rendered for the namespace ${own}, and ${environment} is ${namespace}`,
      fix: `set environments.${environment}.namespace: ${own} in relctl.yaml, or render it for ${namespace}`,
    });
  }
  if (object.kind === 'Job') {
    found.push({
      code: 'manifests.job',
      severity: 'warning',
      ...of,
      problem: `${environment}: ${title} is a Job among the manifests; a second release cannot change it, because its template is immutable`,
      fix: 'make it a migration or a smoke test of the plan',
    });
  }
  for (const { name, image } of allContainers(object)) {
    if (image === undefined || isFixed(image)) continue;
    found.push({
      code: 'manifests.moving-image',
      severity: 'warning',
      ...of,
      problem: `${environment}: the image ${image} of ${title} (${name}) can mean something else tomorrow`,
      fix: 'name a version, or a digest',
    });
  }
  return found;
}

function serviceFindings(
  { environment, canaryOf }: ManifestFacts,
  { name, workload, container, others }: Extract<ReturnType<EnvironmentObjects['services']['get']>, { ok: true }>,
  image: string,
): readonly ManifestFinding[] {
  const found: ManifestFinding[] = [];
  const rendered = allContainers(workload).find((one) => one.name === container)?.image;
  if (rendered !== undefined && imageRepository(rendered) !== imageRepository(image)) {
    found.push({
      code: 'manifests.other-image',
      severity: 'warning',
      service: name,
      problem: `${environment}: ${titleOf(workload)} runs ${imageRepository(rendered)}, and the plan ships ${imageRepository(image)} as ${name}`,
      fix: `correct the image in the plan, or services.${name}.workload in relctl.yaml`,
    });
  }
  const strategy = (workload.spec as { updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } } })
    .updateStrategy;
  if (strategy?.type === 'OnDelete' || (strategy?.rollingUpdate?.partition ?? 0) > 0) {
    found.push({
      code: 'manifests.no-rolling-update',
      severity: 'error',
      service: name,
      problem: `${environment}: ${titleOf(workload)} does not replace its pods by itself (updateStrategy ${strategy?.type === 'OnDelete' ? 'OnDelete' : 'with a partition'}), so a rollout of it never ends`,
      fix: 'let its updateStrategy be RollingUpdate without a partition',
    });
  }
  if (environment !== 'production') return found;
  const planned = canaryOf(name);
  switch (planned.by) {
    case 'pods':
      return [...found, ...canaryFindings(name, workload, others), ...besideFindings(name, planned, workload, others)];
    case 'own-pods':
      return [...found, ...ownPodsFindings(name, planned, workload)];
    default:
      return found;
  }
}

/** What stands in the way of a second set of pods beside the first. */
function canaryFindings(
  service: string,
  workload: KubeObject,
  others: readonly KubeObject[],
): readonly ManifestFinding[] {
  if (workload.kind !== 'Deployment') {
    return [
      {
        code: 'canary.none',
        severity: 'warning',
        service,
        problem: `${service} has no canary, because ${titleOf(workload)} lets no other pods stand beside its own: it is rolled out whole, after the canaries of the others were judged`,
        fix: `canary: { strategy: ${workload.kind === 'StatefulSet' ? 'partition' : 'nodes'} } at the service lets some of its own pods go first; { strategy: none, reason: … } tells the CAB why not`,
      },
    ];
  }
  const found: ManifestFinding[] = [];
  const long = [
    ...(`${workload.metadata.name}-canary`.length > LONGEST_LABEL ? [titleOf(workload)] : []),
    ...others
      .filter((one) => one.kind === 'Service' && `${one.metadata.name}-canary`.length > LONGEST_LABEL)
      .map(titleOf),
  ];
  for (const title of long) {
    found.push({
      code: 'canary.name-too-long',
      severity: 'error',
      service,
      problem: `the canary of ${title} would have a name of more than ${LONGEST_LABEL} characters, which Kubernetes does not take`,
      fix: 'give it a shorter name, in a release of its own',
    });
  }
  const claims = referencesOf({ ...workload, spec: podTemplateOf(workload)?.spec }).filter(
    ({ kind }) => kind === 'PersistentVolumeClaim',
  );
  for (const { name } of claims) {
    const claim = others.find((one) => one.kind === 'PersistentVolumeClaim' && one.metadata.name === name);
    const { accessModes = [] } = (claim?.spec ?? {}) as { accessModes?: readonly string[] };
    if (claim === undefined || !accessModes.every((mode) => mode.startsWith('ReadWriteOnce'))) continue;
    found.push({
      code: 'canary.volume',
      severity: 'error',
      service,
      problem: `the canary of ${service} would mount PersistentVolumeClaim/${name} beside the stable pods, and it is ${accessModes.join(', ')}`,
      fix: `a canary of ${service} cannot be: use the strategy region, or a volume that several pods may mount`,
    });
  }
  for (const one of others) {
    const sticky = stickiness(one);
    if (sticky === undefined) continue;
    found.push({
      code: 'canary.sticky',
      severity: 'warning',
      service,
      problem: `${titleOf(one)} keeps users at one pod (${sticky}): those that meet the canary meet it for their whole session, and its share is one of users, not of requests`,
      fix: 'plan the share and the bake for whole sessions, or divide the requests with a route',
    });
  }
  return found;
}

/** What pods beside the stable ones ask of the manifests: no requests for a worker, a number of replicas that is relctl's to change. */
function besideFindings(
  service: string,
  { isWork, stablePods }: PlannedCanary,
  workload: KubeObject,
  others: readonly KubeObject[],
): readonly ManifestFinding[] {
  const reaching = others.find((one) => isServiceOf(one, workload));
  const scaler = others.find(
    (one) => one.kind === 'HorizontalPodAutoscaler' && aboutOf(one).some(({ name }) => name === workload.metadata.name),
  );
  const { replicas } = (workload.spec ?? {}) as { readonly replicas?: number };
  const found: ManifestFinding[] = [];
  if (isWork && reaching !== undefined) {
    found.push({
      code: 'canary.worker-served',
      severity: 'error',
      service,
      problem: `${service} is planned as a worker, and ${titleOf(reaching)} sends requests to its pods`,
      fix: 'use a strategy that says which share of the requests its canary gets',
    });
  }
  if (stablePods !== undefined && (scaler !== undefined || replicas === undefined)) {
    found.push({
      code: 'canary.stable-pods',
      severity: 'error',
      service,
      problem: `${service} is to have ${stablePods} stable pods meanwhile, and ${scaler === undefined ? `${titleOf(workload)} does not say how many it has otherwise` : `${titleOf(scaler)} decides how many`}`,
      fix:
        scaler === undefined
          ? 'name spec.replicas in the manifest'
          : `raise minReplicas of ${titleOf(scaler)} for that time`,
    });
  }
  return found;
}

/** What a canary of a workload's own pods asks of it. */
function ownPodsFindings(service: string, { kind }: PlannedCanary, workload: KubeObject): readonly ManifestFinding[] {
  if (workload.kind === kind) return [];
  return [
    {
      code: 'canary.other-kind',
      severity: 'error',
      service,
      problem: `the canary of ${service} is planned for a ${kind}, and it is ${titleOf(workload)}`,
      fix: `give ${service} another strategy`,
    },
  ];
}

/** How an object keeps a user at one pod; `undefined` where it does not. */
function stickiness(object: KubeObject): string | undefined {
  const { sessionAffinity } = (object.spec ?? {}) as { sessionAffinity?: string };
  if (object.kind === 'Service' && sessionAffinity === 'ClientIP') return 'sessionAffinity: ClientIP';
  const affinity = object.metadata.annotations?.['nginx.ingress.kubernetes.io/affinity'];
  return object.kind === 'Ingress' && affinity !== undefined ? `affinity: ${affinity}` : undefined;
}

/** The process asks for a canary; a release in which nothing can have one has to find another way. */
function nobody({ environment, whole, shipped, canaryOf }: ManifestFacts): readonly ManifestFinding[] {
  if (environment !== 'production') return [];
  const workloads = shipped.flatMap(({ name }) => {
    const answer = whole.services.get(name);
    return answer?.ok ? [{ kind: answer.workload.kind, planned: canaryOf(name) }] : [];
  });
  const found = workloads.map(({ kind }) => kind);
  const canHaveOne = ({ kind, planned }: (typeof workloads)[number]) =>
    planned.by === 'region' || (planned.by !== 'none' && kind === (planned.kind ?? 'Deployment'));
  // Where every service goes without one, the check of the plan itself has said it.
  if (workloads.every(({ planned }) => planned.by === 'none') || workloads.some(canHaveOne)) return [];
  return [
    {
      code: 'canary.nobody',
      severity: 'error',
      problem: `no service of this release can have a canary by pods: ${[...new Set(found)].join(', ')}`,
      fix: 'canary: { strategy: partition } at a StatefulSet, nodes at a DaemonSet; or the strategy region, or release it with a service that has a Deployment',
    },
  ];
}

function twice(facts: ManifestFacts): readonly ManifestFinding[] {
  const seen = new Set<string>();
  return applied(facts).flatMap(({ service, object }): readonly ManifestFinding[] => {
    const title = titleOf(object);
    const key = `${object.apiVersion.split('/')[0]} ${title} ${object.metadata.namespace ?? ''}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        code: 'manifests.twice',
        severity: 'error',
        ...(service === undefined ? {} : { service }),
        problem: `${facts.environment}: ${title} is rendered twice`,
        fix: 'render each object from one source; see the manifests of relctl.yaml',
      },
    ];
  });
}

const LONGEST_LABEL = 63;

/** True for an image whose reference means the same tomorrow, as far as a reference can say that. */
function isFixed(image: string): boolean {
  if (image.includes('@sha256:')) return true;
  const tag = /:([\w][\w.-]*)$/.exec(image.slice(image.lastIndexOf('/') + 1))?.[1];
  return tag !== undefined && tag !== 'latest';
}

function titleOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}
