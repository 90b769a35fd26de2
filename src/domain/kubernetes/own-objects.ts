import type { KubeObject } from '../../ports/cluster.ts';
import { type LabelSelector, matchesSelector } from '../label-selector.ts';
import { podTemplateOf } from './pods.ts';
import { aboutOf, podSelectorOf, referencesOf } from './references.ts';

/** Owner of what belongs to no single service. */
export const PRODUCT = 'product';

/** Labels by which an object may say whose it is. */
const OWNER_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app'];

/**
 * Says for each object of a source which service it belongs to, or that it belongs to the product. In this order:
 * a service's workload is its own; what selects pods, scales, routes to or is read by one service's objects is that service's, and
 * what does so for several is the product's; then labels and names decide; and of a source that only one service has, the rest
 * is that service's.
 * @param workloads the workload of each service
 * @param shared true where several services have the source, or the product has it
 */
export function ownObjects(
  objects: readonly KubeObject[],
  workloads: ReadonlyMap<KubeObject, string>,
  services: readonly string[],
  shared: boolean,
): ReadonlyMap<KubeObject, string> {
  const [only] = services;
  if (!shared && only !== undefined) return new Map(objects.map((object) => [object, only]));
  const index = indexOf(objects);
  const owners = new Map<KubeObject, string>(workloads);
  const pending = new Set<KubeObject>();
  const ownerOf = (object: KubeObject): string => {
    const known = owners.get(object);
    if (known !== undefined) return known;
    // Two objects that name each other say nothing about whose they are.
    if (pending.has(object)) return PRODUCT;
    pending.add(object);
    const concerned = concernedBy(object, objects, index);
    const names = new Set(concerned.map(ownerOf));
    const [first] = names;
    const owner = first !== undefined && names.size === 1 ? first : names.size > 1 ? PRODUCT : byName(object, services);
    pending.delete(object);
    owners.set(object, owner);
    return owner;
  };
  return new Map(objects.map((object) => [object, ownerOf(object)]));
}

interface Index {
  readonly byTitle: ReadonlyMap<string, KubeObject>;
  readonly usersOf: ReadonlyMap<string, readonly KubeObject[]>;
}

function indexOf(objects: readonly KubeObject[]): Index {
  const usersOf = new Map<string, KubeObject[]>();
  for (const object of objects) {
    for (const { kind, name } of referencesOf(object)) {
      const title = `${kind}/${name}`;
      usersOf.set(title, [...(usersOf.get(title) ?? []), object]);
    }
  }
  return { byTitle: new Map(objects.map((object) => [titleOf(object), object])), usersOf };
}

/** Objects that decide whose this one is. */
function concernedBy(object: KubeObject, objects: readonly KubeObject[], index: Index): readonly KubeObject[] {
  if (podTemplateOf(object) !== undefined) return [];
  const selector = podSelectorOf(object) as LabelSelector | undefined;
  const selected =
    selector === undefined
      ? []
      : objects.filter((one) => {
          const template = podTemplateOf(one);
          return template !== undefined && matchesSelector(selector, template.metadata?.labels ?? {});
        });
  const named = aboutOf(object).flatMap(({ kind, name }) => index.byTitle.get(`${kind}/${name}`) ?? []);
  return [...selected, ...named, ...(index.usersOf.get(titleOf(object)) ?? [])].filter((one) => one !== object);
}

function byName(object: KubeObject, services: readonly string[]): string {
  const { labels = {}, name } = object.metadata;
  const labelled = services.find((service) => OWNER_LABELS.some((key) => labels[key] === service));
  if (labelled !== undefined) return labelled;
  const named = services.filter((service) => name === service || name.startsWith(`${service}-`));
  return named.sort((a, b) => b.length - a.length)[0] ?? PRODUCT;
}

function titleOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}
