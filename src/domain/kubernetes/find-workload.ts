import type { KubeObject } from '../../ports/cluster.ts';
import { allContainers, type Container, imageName, imageRepository, podTemplateOf } from './pods.ts';

/** What is known of a service before its workload is found. */
export interface WorkloadQuestion {
  readonly service: string;
  /** `Kind/name`, where relctl.yaml says it. */
  readonly workload?: string | undefined;
  /** The container, where relctl.yaml says it. */
  readonly container?: string | undefined;
  /** The image that the plan ships, where there is a plan. */
  readonly image?: string | undefined;
  /** True where other services are rendered from the same source. */
  readonly shared: boolean;
}

/** The workload of a service and the container that is shipped in it, with why; or why it cannot be told. */
export type WorkloadAnswer =
  | {
      readonly found: true;
      readonly workload: KubeObject;
      readonly container: string;
      readonly because: string;
    }
  | { readonly found: false; readonly problem: string; readonly fix: string };

/** Kinds that keep pods running and that relctl can roll out. */
const ROLLED_OUT = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
/** Labels by which companies name the service of a pod, the recommended one first. */
const NAME_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app', 'k8s-app', 'io.kompose.service'];

/** True for an object that a release can roll out as a service. */
export function isWorkload(object: KubeObject): boolean {
  return ROLLED_OUT.has(object.kind) && object.apiVersion.startsWith('apps/') && podTemplateOf(object) !== undefined;
}

/**
 * Finds the workload of a service among the objects of its source: the one that relctl.yaml names; else the one of its name, then
 * of its labels, its image, or a name that ends or begins with the service's; and where nothing else can be meant, the only one.
 * The first rule that fits exactly one object decides. What no rule decides is a question for a person, never the first of a list.
 */
export function findWorkload(question: WorkloadQuestion, objects: readonly KubeObject[]): WorkloadAnswer {
  const workloads = objects.filter(isWorkload);
  const twice = workloads.find((one) => workloads.some((other) => other !== one && titleOf(other) === titleOf(one)));
  const chosen = chooseWorkload(question, workloads);
  if (chosen === undefined) return notFound(question, objects, workloads);
  if (twice !== undefined && titleOf(twice) === titleOf(chosen.workload)) {
    return {
      found: false,
      problem: `${titleOf(twice)} of ${question.service} stands twice in what is rendered`,
      fix: `name one source for services.${question.service}.manifests in relctl.yaml`,
    };
  }
  return withContainer(question, chosen.workload, chosen.because);
}

interface Rule {
  readonly because: string;
  fits(workload: KubeObject, question: WorkloadQuestion): boolean;
}

const RULES: readonly Rule[] = [
  { because: 'its name', fits: (one, { service }) => one.metadata.name === service },
  {
    because: 'its labels',
    fits: (one, { service }) => {
      const labels = [one.metadata.labels ?? {}, podTemplateOf(one)?.metadata?.labels ?? {}];
      return NAME_LABELS.some((key) => labels.some((of) => of[key] === service));
    },
  },
  {
    because: 'the image that the plan ships',
    fits: (one, { image }) =>
      image !== undefined && runs(one, (other) => imageRepository(other) === imageRepository(image)),
  },
  { because: 'its image', fits: (one, { service }) => runs(one, (image) => imageName(image) === service) },
  {
    because: 'its name',
    fits: (one, { service }) =>
      one.metadata.name.endsWith(`-${service}`) || one.metadata.name.startsWith(`${service}-`),
  },
];

function chooseWorkload(
  question: WorkloadQuestion,
  workloads: readonly KubeObject[],
): { readonly workload: KubeObject; readonly because: string } | undefined {
  if (question.workload !== undefined) {
    const named = workloads.find((one) => titleOf(one) === question.workload);
    return named === undefined ? undefined : { workload: named, because: 'relctl.yaml' };
  }
  for (const { because, fits } of RULES) {
    const fitting = workloads.filter((one) => fits(one, question));
    const [first, second] = fitting;
    if (first !== undefined && (second === undefined || titleOf(second) === titleOf(first)))
      return { workload: first, because };
  }
  const [only, another] = workloads;
  return only !== undefined && another === undefined && !question.shared
    ? { workload: only, because: 'being the only one' }
    : undefined;
}

function runs(workload: KubeObject, image: (image: string) => boolean): boolean {
  return mainContainers(workload).some((one) => one.image !== undefined && image(one.image));
}

function withContainer(question: WorkloadQuestion, workload: KubeObject, because: string): WorkloadAnswer {
  const containers = mainContainers(workload);
  const container = chooseContainer(question, workload, containers);
  if (container !== undefined) return { found: true, workload, container: container.name, because };
  const { service, container: named } = question;
  const names = containers.map((one) => one.name);
  return {
    found: false,
    problem:
      named === undefined
        ? `${service} has ${names.length} containers, and relctl.yaml does not say which one is shipped`
        : `relctl.yaml names the container ${named} of ${service}, which its ${workload.kind} does not have`,
    fix: `services.${service}.container: ${names.join(' | ')}`,
  };
}

function chooseContainer(
  { service, container, image }: WorkloadQuestion,
  workload: KubeObject,
  containers: readonly Container[],
): Container | undefined {
  if (container !== undefined) return containers.find((one) => one.name === container);
  const [only] = containers;
  if (containers.length === 1) return only;
  const rules: readonly ((one: Container) => boolean)[] = [
    (one) => image !== undefined && one.image !== undefined && imageRepository(one.image) === imageRepository(image),
    (one) => one.name === service || one.name === workload.metadata.name,
    (one) => one.image !== undefined && imageName(one.image) === service,
  ];
  for (const rule of rules) {
    const fitting = containers.filter(rule);
    if (fitting.length === 1) return fitting[0];
  }
  return undefined;
}

function mainContainers(workload: KubeObject): readonly Container[] {
  return podTemplateOf(workload)?.spec?.containers ?? [];
}

function notFound(
  question: WorkloadQuestion,
  objects: readonly KubeObject[],
  workloads: readonly KubeObject[],
): WorkloadAnswer {
  const { service, workload } = question;
  const key = `services.${service}.workload`;
  const names = [...new Set(workloads.map(titleOf))];
  if (workload !== undefined) {
    const fix = names.length === 0 ? `correct ${key} in relctl.yaml` : `${key}: ${names.join(' | ')}`;
    return { found: false, problem: `relctl.yaml names ${workload} for ${service}, which is not rendered`, fix };
  }
  const foreign = objects.find((one) => one.kind === 'Rollout' && allContainers(one).length > 0);
  if (names.length === 0 && foreign !== undefined) {
    return {
      found: false,
      problem: `${service} is ${titleOf(foreign)}, which Argo Rollouts rolls out by itself`,
      fix: 'let a Deployment run it, or release it with Argo Rollouts and take it out of relctl.yaml: two controllers would divide its requests',
    };
  }
  if (names.length === 0) {
    return {
      found: false,
      problem: `no Deployment, StatefulSet or DaemonSet is rendered for ${service}`,
      fix: `correct services.${service}.manifests in relctl.yaml`,
    };
  }
  // A chart whose values leave a service out renders all the others.
  return RULES.every(({ fits }) => !workloads.some((one) => fits(one, question)))
    ? {
        found: false,
        problem: `${service} is not among what is rendered: ${names.join(', ')}`,
        fix: `have its source render it (values may leave it out), take it out of relctl.yaml, or say which it is: ${key}: ${names.join(' | ')}`,
      }
    : {
        found: false,
        problem: `which of ${names.join(', ')} is ${service} cannot be told`,
        fix: `${key}: ${names.join(' | ')}`,
      };
}

function titleOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}
