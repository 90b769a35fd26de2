import type { KubeObject } from '../../ports/cluster.ts';
import { type LabelSelector, matchesSelector } from './label-selector.ts';
import { podTemplateOf } from './pods.ts';
import { aboutOf, podSelectorOf, referencesOf } from './references.ts';

/** Owner of what belongs to no single service. */
export const PRODUCT = 'product';

/** Labels by which an object may say whose it is. */
const OWNER_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app'];

/** The objects of a source, and what is known of those who share it. */
export interface Belongings {
  readonly objects: readonly KubeObject[];
  /** Objects whose service is known: workloads, and what divides requests. */
  readonly claimed: ReadonlyMap<KubeObject, string>;
  readonly services: readonly { readonly name: string; readonly paths?: readonly string[] }[];
  /** Where each object is from. */
  readonly fromOf: ReadonlyMap<KubeObject, string>;
  /** True where several services have the source, or the product has it. */
  readonly shared: boolean;
}

/**
 * Says for each object of a source which service it belongs to, or that it belongs to the product. In this order:
 * a service's workload is its own; what selects pods, scales, routes to or is read by one service's objects is that service's, and
 * what does so for several is the product's; then the file that only one service names, labels, and names decide. Of a source that
 * only one service has, everything is that service's.
 */
export function ownObjects(belongings: Belongings): ReadonlyMap<KubeObject, string> {
  const { objects, claimed, services, shared } = belongings;
  const [only] = services;
  if (!shared && only !== undefined) return new Map(objects.map((object) => [object, only.name]));
  const index = indexOf(objects);
  const owners = new Map<KubeObject, string>(claimed);
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
    const owner =
      first !== undefined && names.size === 1 ? first : names.size > 1 ? PRODUCT : byPlaceOrName(object, belongings);
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

function byPlaceOrName(object: KubeObject, { services, fromOf }: Belongings): string {
  const from = fromOf.get(object) ?? '';
  const placed = services.filter(({ paths = [] }) =>
    paths.some((path) => from === path || from.startsWith(`${path}/`)),
  );
  const [first, second] = placed;
  if (first !== undefined && second === undefined) return first.name;
  const { labels = {}, name } = object.metadata;
  const labelled = services.find((service) => OWNER_LABELS.some((key) => labels[key] === service.name));
  if (labelled !== undefined) return labelled.name;
  const named = services.map((one) => one.name).filter((service) => name === service || name.startsWith(`${service}-`));
  return named.sort((a, b) => b.length - a.length)[0] ?? PRODUCT;
}

function titleOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}
