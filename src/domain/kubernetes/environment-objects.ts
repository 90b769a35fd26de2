import type { HookChoice } from '../../plan/source-settings.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { RenderedObject } from '../../ports/manifest-source.ts';
import { ownOf } from '../../text/by-name.ts';
import { findWorkload, type WorkloadAnswer } from './find-workload.ts';
import { HOOK_ANNOTATION, isHelmHook, runsOnce } from './helm-hooks.ts';
import { withContentNames } from './manifests.ts';
import { ownObjects, PRODUCT } from './own-objects.ts';
import { allContainers, imageRepository, withImages } from './pods.ts';

/** What one source gives, and to which services. */
export interface RenderedSource {
  readonly services: readonly ServiceQuestion[];
  /** True for the source of the whole product: what belongs to no service is then the product's. */
  readonly shared: boolean;
  readonly rendered: readonly RenderedObject[];
  readonly hooks: Readonly<Record<string, HookChoice>>;
}

/** A service that is looked for in a source. */
export interface ServiceQuestion {
  readonly name: string;
  readonly workload?: string | undefined;
  readonly container?: string | undefined;
  /** The image that is shipped; what is rendered stays where there is none. */
  readonly image?: string | undefined;
  /** `Kind/name` of the objects that divide its requests. */
  readonly routes?: readonly string[];
  /** Files and folders that relctl.yaml names for it. */
  readonly paths?: readonly string[];
}

/** A service in an environment: its workload, and everything else that is applied with it. */
export interface ServiceObjects {
  readonly name: string;
  readonly workload: KubeObject;
  /** The container whose image is shipped. */
  readonly container: string;
  readonly others: readonly KubeObject[];
  /** Why this is its workload, and where it is from. */
  readonly because: string;
  readonly from: string;
}

/** A service, or why its objects cannot be told. */
export type ServiceAnswer = ({ readonly ok: true } & ServiceObjects) | ({ readonly ok: false } & Trouble);

interface Trouble {
  readonly problem: string;
  readonly fix: string;
  /** What was rendered all the same. */
  readonly objects: readonly KubeObject[];
  /** The error, where nothing could be rendered. */
  readonly cause?: unknown;
}

/** An object that runs and is not kept: a hook of Helm, or a Job that relctl.yaml sets aside; and what relctl.yaml says of it. */
export interface HookObject {
  readonly object: KubeObject;
  readonly from: string;
  /** When Helm would run it, such as `pre-install,pre-upgrade`; empty where Helm would not. */
  readonly when: string;
  readonly choice: HookChoice | undefined;
}

/** All that an environment is made of. */
export interface EnvironmentObjects {
  readonly services: ReadonlyMap<string, ServiceAnswer>;
  readonly product: readonly KubeObject[];
  readonly hooks: readonly HookObject[];
}

/**
 * What is applied to an environment, from what its sources rendered: hooks set aside, ConfigMaps and Secrets that are read named by
 * their content, each object given to its service or the product, images set. The one way from manifests to objects: whoever checks,
 * shows, stages, deploys or compares asks here.
 * @param names `plain` leaves ConfigMaps and Secrets the names that people gave them: for what people read and write in a plan
 */
export function environmentObjects(
  sources: readonly RenderedSource[],
  names: 'content' | 'plain' = 'content',
): EnvironmentObjects {
  const parts = sources.map((source) => sourceObjects(source, names));
  return {
    services: new Map(parts.flatMap((part) => [...part.services])),
    product: parts.flatMap((part) => part.product),
    hooks: parts.flatMap((part) => part.hooks),
  };
}

function sourceObjects(
  { services, shared, rendered, hooks }: RenderedSource,
  names: 'content' | 'plain',
): EnvironmentObjects {
  const choiceOf = ({ kind, metadata }: KubeObject) => ownOf(hooks, `${kind}/${metadata.name}`);
  const isHook = ({ object }: RenderedObject) =>
    isHelmHook(object) || (runsOnce(object) && choiceOf(object) !== undefined);
  const plain = rendered.filter((one) => !isHook(one));
  const given = plain.map(({ object }) => object);
  const objects = names === 'plain' ? given : withContentNames(given);
  const fromOf = new Map(objects.map((object, index) => [object, plain[index]?.from ?? '']));
  const isShared = shared || services.length > 1;
  const answers = new Map(
    services.map((service) => [
      service.name,
      findWorkload({ ...service, service: service.name, shared: isShared }, objects),
    ]),
  );
  const owners = ownObjects({
    objects,
    claimed: claimsOf(services, answers, objects),
    services,
    fromOf,
    shared: isShared,
  });
  const ownedBy = (name: string) => objects.filter((object) => owners.get(object) === name);
  return {
    services: new Map(
      services.map((service) => {
        const answer = oneServiceOnly(service.name, answers);
        return [service.name, serviceAnswer(service, answer, ownedBy(service.name), fromOf)];
      }),
    ),
    product: ownedBy(PRODUCT),
    hooks: rendered.filter(isHook).map(({ object, from }) => ({
      object,
      from,
      when: object.metadata.annotations?.[HOOK_ANNOTATION] ?? '',
      choice: choiceOf(object),
    })),
  };
}

/** What belongs to a service because relctl says so: its workload, and what divides its requests. */
function claimsOf(
  services: readonly ServiceQuestion[],
  answers: ReadonlyMap<string, WorkloadAnswer>,
  objects: readonly KubeObject[],
): ReadonlyMap<KubeObject, string> {
  const claimed = new Map<KubeObject, string>();
  for (const { name, routes = [] } of services) {
    const answer = answers.get(name);
    if (answer?.found) claimed.set(answer.workload, name);
    for (const object of objects) {
      if (routes.includes(`${object.kind}/${object.metadata.name}`) && !claimed.has(object)) claimed.set(object, name);
    }
  }
  return claimed;
}

/** An answer that two services share is an answer to neither. */
function oneServiceOnly(name: string, answers: ReadonlyMap<string, WorkloadAnswer>): WorkloadAnswer | undefined {
  const answer = answers.get(name);
  if (answer === undefined || !answer.found) return answer;
  const other = [...answers].find(([one, its]) => one !== name && its.found && its.workload === answer.workload)?.[0];
  if (other === undefined) return answer;
  const { kind, metadata } = answer.workload;
  return {
    found: false,
    problem: `${kind}/${metadata.name} would be both ${name} and ${other}`,
    fix: `name the workload of each: services.${name}.workload and services.${other}.workload in relctl.yaml`,
  };
}

function serviceAnswer(
  { name, image }: ServiceQuestion,
  answer: WorkloadAnswer | undefined,
  own: readonly KubeObject[],
  fromOf: ReadonlyMap<KubeObject, string>,
): ServiceAnswer {
  if (answer === undefined || !answer.found) {
    const { problem, fix } = answer ?? { problem: `${name} is not rendered`, fix: 'correct relctl.yaml' };
    return { ok: false, problem, fix, objects: own };
  }
  const { workload, container, because } = answer;
  const before = allContainers(workload).find((one) => one.name === container)?.image;
  const ships = (one: { readonly image?: string }) =>
    before !== undefined && one.image !== undefined && imageRepository(one.image) === imageRepository(before);
  const set = (object: KubeObject, isWorkload: boolean) =>
    image === undefined
      ? object
      : withImages(object, image, (one, init) => ships(one) || (isWorkload && !init && one.name === container));
  return {
    ok: true,
    name,
    workload: set(workload, true),
    container,
    others: own.filter((object) => object !== workload).map((object) => set(object, false)),
    because,
    from: fromOf.get(workload) ?? '',
  };
}
