import { fieldsAt, isFields } from './merge.ts';
import { isRoute } from './routes.ts';
import type { StoredObject } from './world-state.ts';

/** Pods that get a part of a service's requests: those with all the labels. `weight` is relative to the other parts. */
export interface Part {
  readonly selector: Readonly<Record<string, unknown>>;
  readonly weight: number;
}

const NGINX = 'nginx.ingress.kubernetes.io/';

/**
 * How a route divides the requests of pods: a route by the weights of the first rule that leads to them, as the Gateway
 * API has it, or an Ingress by the canary weights of ingress-nginx. `undefined` where nothing divides them.
 * @param objects of one target
 * @param isMeant true for a Service selector that selects the pods in question
 */
export function partsOf(
  objects: readonly StoredObject[],
  isMeant: (selector: Readonly<Record<string, unknown>>) => boolean,
): readonly Part[] | undefined {
  const selectors = new Map(
    objects
      .filter(({ object }) => object.kind === 'Service')
      .map(({ object }) => [object.metadata.name, fieldsAt(object, 'spec', 'selector')] as const),
  );
  const part = (service: unknown, weight: number): readonly Part[] => {
    const selector = selectors.get(String(service));
    return selector !== undefined && isMeant(selector) ? [{ selector, weight }] : [];
  };
  for (const { object } of objects) {
    if (!isRoute(object)) continue;
    for (const rule of list(fieldsAt(object, 'spec').rules)) {
      const parts = list(rule.backendRefs).flatMap((ref) => part(ref.name, Number(ref.weight ?? 1)));
      if (parts.length > 0) return parts;
    }
  }
  return ingressParts(objects, part);
}

function ingressParts(
  objects: readonly StoredObject[],
  part: (service: unknown, weight: number) => readonly Part[],
): readonly Part[] | undefined {
  const ingresses = objects.filter(({ object }) => object.kind === 'Ingress');
  const isCanary = ({ object }: StoredObject) => annotation(object, 'canary') === 'true';
  const behind = (ingress: StoredObject, weight: number) => {
    const [first] = servicesBehind(ingress).flatMap((service) => part(service, weight));
    return first;
  };
  const canaries = ingresses.filter(isCanary).flatMap((ingress) => {
    const total = Number(annotation(ingress.object, 'canary-weight-total') ?? 100);
    const share = Number(annotation(ingress.object, 'canary-weight') ?? 0) / total;
    const found = behind(ingress, share);
    return found === undefined ? [] : [found];
  });
  const rest = 1 - canaries.reduce((sum, one) => sum + one.weight, 0);
  const stable = ingresses
    .filter((ingress) => !isCanary(ingress))
    .map((ingress) => behind(ingress, rest))
    .find((one) => one !== undefined);
  return stable === undefined ? undefined : [stable, ...canaries];
}

function servicesBehind({ object }: StoredObject): readonly unknown[] {
  return list(fieldsAt(object, 'spec').rules).flatMap((rule) =>
    list(fieldsAt(rule, 'http').paths).map((path) => fieldsAt(path, 'backend', 'service').name),
  );
}

function annotation(object: StoredObject['object'], name: string): unknown {
  return fieldsAt(object, 'metadata', 'annotations')[`${NGINX}${name}`];
}

function list(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** True when a selector selects pods with these labels; an empty one selects nothing, as in a Service. */
export function selectsPods(
  selector: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, unknown>>,
): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}
