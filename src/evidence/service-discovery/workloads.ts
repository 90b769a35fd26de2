import { HOOK_ANNOTATION } from '../../domain/kubernetes/helm-hooks.ts';
import { isYaml, objectsIn } from '../impact/manifests/objects.ts';
import { scanYaml, type YamlLine } from '../impact/manifests/yaml-lines.ts';

/** A workload of a manifest: what a release rolls out. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  /** The containers that its own images run in, without init containers. */
  readonly containers: readonly WorkloadContainer[];
  /** What the labels of its pods say that they are. */
  readonly called?: readonly string[];
}

interface WorkloadContainer {
  readonly name: string;
  readonly image: string;
  /** What it listens on, as far as the manifest says so. */
  readonly ports: readonly number[];
}

/** Kinds that keep Pods running. Jobs and CronJobs run to their end; a release does not roll them out. */
const WORKLOADS = /^(Deployment|StatefulSet|DaemonSet|Rollout)$/;

/** Workloads with a fixed name in a manifest. Templates that compute the name are charts, which are found by Chart.yaml. */
export function workloadsIn(file: string, text: string): Workload[] {
  return podMakersIn(file, text, WORKLOADS).map(({ isHook: _isHook, ...workload }) => workload);
}

/** Jobs with a fixed name in a manifest, but for those that Helm runs by itself. */
export function jobsIn(file: string, text: string): Workload[] {
  return podMakersIn(file, text, /^Job$/).flatMap(({ isHook, ...job }) => (isHook ? [] : [job]));
}

function podMakersIn(file: string, text: string, kinds: RegExp): (Workload & { readonly isHook: boolean })[] {
  if (!isYaml(file)) return [];
  const lines = scanYaml(text);
  return objectsIn(lines)
    .filter((object) => kinds.test(object.kind) && object.name !== '')
    .map(({ kind, name, document }) => {
      const own = lines.filter((line) => line.document === document);
      const isHook = own.some(({ key }) => key === HOOK_ANNOTATION);
      return { kind, name, file, containers: containersOf(own), called: calledBy(own), isHook };
    })
    .filter((workload) => workload.containers.length > 0);
}

/** Labels by which a Service finds its pods, as products write them. */
const SAYS_WHAT = /^spec\.template\.metadata\.labels\.(app|service|name|k8s-app|app\.kubernetes\.io\/name)$/;

const calledBy = (lines: readonly YamlLine[]): string[] =>
  lines.filter(({ path }) => SAYS_WHAT.test(path.join('.'))).map(({ value }) => value);

function containersOf(lines: readonly YamlLine[]): WorkloadContainer[] {
  const containers: { name: string; image: string; ports: number[] }[] = [];
  const prefix = 'spec.template.spec.containers.-.';
  for (const line of lines) {
    const path = line.path.join('.');
    if (!path.startsWith(prefix)) continue;
    // The first key of an item begins a container.
    if (line.item !== undefined && line.path.length === 6) containers.push({ name: '', image: '', ports: [] });
    const current = containers.at(-1);
    if (current === undefined) continue;
    if (path === `${prefix}name`) current.name = line.value;
    if (path === `${prefix}image`) current.image = line.value;
    if (path === `${prefix}ports.-.containerPort`) current.ports.push(Number(line.value));
  }
  // A patch of an overlay names a container without saying what it runs.
  return containers.filter((container) => container.image !== '');
}

/** The last part of an image's name, without registry, tag and digest; empty when a template or variable computes it. */
export function imageName(image: string): string {
  const name = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return /[{}$<>]/.test(name) ? '' : name.slice(name.lastIndexOf('/') + 1);
}

/** The environment that a path names, if it names one. */
export function environmentOf(path: string): 'staging' | 'production' | 'other' | undefined {
  if (/(^|[/._-])(staging|stage|stg)([/._-]|$)/i.test(path)) return 'staging';
  if (/(^|[/._-])(production|prod|prd|live)([/._-]|$)/i.test(path)) return 'production';
  if (
    /(^|[/._-])(dev|development|debug|local|test|testing|qa|preview|sandbox|ci|e2e|minikube|kind)([/._-]|$)/i.test(path)
  )
    return 'other';
  return undefined;
}
