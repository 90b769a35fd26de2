import type { KubeObject } from '../../ports/cluster.ts';
import { type ManifestFacts, type ManifestFinding, type PlannedCanary, titleOf } from './manifest-finding.ts';
import { isServiceOf, saysReplicas } from './manifests.ts';
import { podTemplateOf } from './pods.ts';
import { aboutOf, referencesOf } from './references.ts';

const LONGEST_LABEL = 63;

/** What the planned canary of a service asks of its manifests in production. */
export function canaryFindings(
  service: string,
  planned: PlannedCanary,
  workload: KubeObject,
  others: readonly KubeObject[],
): readonly ManifestFinding[] {
  switch (planned.by) {
    case 'pods':
      return [...secondPodsFindings(service, workload, others), ...besideFindings(service, planned, workload, others)];
    case 'own-pods':
      return ownPodsFindings(service, planned, workload);
    default:
      return [];
  }
}

/** What stands in the way of a second set of pods beside the first. */
function secondPodsFindings(
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
  if (stablePods !== undefined && (scaler !== undefined || !saysReplicas(workload))) {
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
export function nobodyCan({ environment, whole, shipped, canaryOf }: ManifestFacts): readonly ManifestFinding[] {
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
