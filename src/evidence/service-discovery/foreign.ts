import { isBaseImage, isInfrastructureImage, isStoreImage, isStoreName, ownerOf } from '../images.ts';
import { folderOf } from '../impact/paths.ts';
import { isTool } from './sources.ts';
import { LOADS } from './undeployed.ts';
import { imageName, type Workload } from './workloads.ts';

/** A service that may be somebody else's: what its manifests run, and the folders that were found for it. */
export interface Candidate {
  readonly name: string;
  readonly folders: ReadonlySet<string>;
  readonly workloads: readonly Workload[];
}

/** What databases, brokers and caches listen on, as IANA and their own defaults have it. */
const STORE_PORTS = new Set([
  1433, 2181, 3306, 4222, 5432, 5672, 6379, 6432, 7687, 9042, 9092, 9200, 11211, 26379, 27017, 33060,
]);
/** Folders of manifests for what a product is watched, tried or extended with. */
const APART =
  /(^|[/_-])(logging|monitoring|observability|telemetry|load-?test(s|ing)?|extras?|add-?ons?|contrib|third-?party|policy|policies)(\/|$)/i;

/** True for what a product may be extended with, by its folder. */
export const isExtra = (file: string): boolean => EXTRA.test(folderOf(file));
const EXTRA = /(^|\/)(extras?|add-?ons?|contrib|third-?party)(\/|$)/i;

/**
 * Names of those that run with the product and are no services of it: stores, what watches, what generates load, variants of a service. One question decides
 * most of it: does the repository build it? Where nothing is built, its image, its ports and where its manifests lie must do.
 * @param built names that the repository builds an image for, stores that it fills included
 * @param product what the repository is called: a store's own repository holds that store
 */
export function foreignNames(
  candidates: readonly Candidate[],
  built: ReadonlySet<string>,
  product: string,
): ReadonlySet<string> {
  const deployed = candidates.filter(({ workloads }) => workloads.length > 0);
  const own = deployed.filter(({ folders }) => folders.size > 0);
  const owners = new Set(own.flatMap(imagesOf).map(ownerOf));
  const isApart = ({ workloads }: Candidate) =>
    workloads.length > 0 && workloads.every(({ file }) => APART.test(folderOf(file)));
  const hasMain = deployed.some((one) => !isApart(one));
  const isForeign = (one: Candidate): boolean => {
    if (isStoreName(one.name)) return candidates.length > 1 && one.name !== product;
    if (one.folders.size > 0 || one.workloads.length === 0) return false;
    if (isVariant(one, candidates)) return true;
    if (isStore(one)) return true;
    const images = imagesOf(one);
    if (built.has(one.name)) return false;
    if (isTool(one.name) || LOADS.test(one.name) || isStoreByPorts(one) || (hasMain && isApart(one))) return true;
    // A repository without sources holds configuration only, and what that runs is released from it.
    if (own.length === 0) return false;
    if (images.every(isBeside) || isOption(one, own)) return true;
    return images.every((image) => isOfOthers(image, owners));
  };
  return new Set(candidates.filter(isForeign).map(({ name }) => name));
}

const isBeside = (image: string): boolean => isInfrastructureImage(image) || isStoreImage(image) || isBaseImage(image);

/**
 * True for what nothing here builds and the product can do without: it stands only in files that hold the whole product, and other such files leave it out.
 * An optional part of one's own has sources here.
 */
function isOption(one: Candidate, own: readonly Candidate[]): boolean {
  const filesOf = ({ workloads }: Candidate) => new Set(workloads.map(({ file }) => file));
  const [first, ...others] = own.map(filesOf);
  if (first === undefined || others.length === 0) return false;
  const whole = [...first].filter((file) => others.every((files) => files.has(file)));
  const files = filesOf(one);
  return [...files].every((file) => whole.includes(file)) && whole.some((file) => !files.has(file));
}

/** True where only images of others run, a store or a watcher among them. A store may have a helper beside it, and a program a store of its own. */
export function isStore(one: Pick<Candidate, 'workloads'>): boolean {
  const images = imagesOf(one);
  return images.every(isBeside) && images.some(isStoreImage);
}

/** What its pods run, init containers left out. */
export const imagesOf = ({ workloads }: Pick<Candidate, 'workloads'>): string[] =>
  workloads.flatMap(({ containers }) => containers.map(({ image }) => image));

/**
 * Pods that say they are another service, with an image of their own, stand beside that service's: a variant for a test or for a mesh.
 * With the service's image they are a part of it, such as a worker.
 */
const isVariant = (one: Candidate, candidates: readonly Candidate[]): boolean =>
  one.workloads.every(({ called = [] }) => {
    const service = called.find((label) => label !== one.name && one.name.startsWith(`${label}-`));
    const other = candidates.find((candidate) => candidate.name === service && candidate.workloads.length > 0);
    const names = other === undefined ? [] : imagesOf(other).map(imageName);
    return other !== undefined && !imagesOf(one).some((image) => names.includes(imageName(image)));
  });

/**
 * True for an image of somebody who publishes none of a product's: a product that builds its images publishes them in one place.
 * @param owners of the product's images; where one has no owner or a template computes it, nobody is somebody else
 */
export function isOfOthers(image: string, owners: ReadonlySet<string | undefined>): boolean {
  if (owners.size === 0 || owners.has(undefined) || owners.has('')) return false;
  const owner = ownerOf(image);
  return owner !== undefined && owner !== '' && !owners.has(owner);
}

function isStoreByPorts({ workloads }: Candidate): boolean {
  const ports = workloads.flatMap(({ containers }) => containers.flatMap((one) => one.ports));
  return ports.length > 0 && ports.every((port) => STORE_PORTS.has(port));
}
