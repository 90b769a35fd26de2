import { isInfrastructureImage } from '../images.ts';
import { isYaml } from '../impact/manifests/objects.ts';
import { folderOf } from '../impact/paths.ts';
import { kubeName } from './names.ts';
import { GENERIC, type SourceFolder } from './sources.ts';
import { imageName, type Workload } from './workloads.ts';

/** Names that say what kind of object it is; kustomizations put the product's name before them. */
const SAYS_KIND = /^(deploy(ment)?|stateful-?set|sts|daemon-?set|ds|workload|(controller-?)?manager|controller)$/i;

/** A workload that is called `deployment` or `controller-manager` is named after what it runs, or after the folder that builds this. */
export function calledAs(workload: Workload, built: readonly SourceFolder[]): string {
  const { name, containers, file } = workload;
  if (!SAYS_KIND.test(name)) return withoutRelease(withoutVersion(workload));
  const around = built.find(({ folder }) => folder !== '' && file.startsWith(`${folder}/`));
  const own = containers.filter(({ image }) => !isInfrastructureImage(image)).map(({ image }) => imageName(image));
  return (
    [...own, around?.names[0] ?? ''].find((one) => one !== '' && !SAYS_KIND.test(one) && !GENERIC.test(one)) ?? name
  );
}

/** `reviews-v1`, `reviews-v2` and `reviews-v2.1.0` are versions of the service that their pods, or the image that both run, are called after. */
function withoutVersion({ name, containers, called = [] }: Workload): string {
  const service = /^(.+)-v\d+(?:[.-]\d+)*$/.exec(name)?.[1];
  const names = [...called, ...containers.map(({ image }) => imageName(image))];
  return service !== undefined && names.includes(service) ? service : name;
}

/** A chart that was rendered once names a workload after the release and the chart: `reloader-reloader` is `reloader`. */
const withoutRelease = (name: string): string => name.replace(/^(.+)-\1$/, '$1');

/** `acme-shop-cart-chart` in the folder that builds `cart` is called as the folder is. */
export function nameInFolder(name: string, chart: string, built: readonly SourceFolder[]): string {
  const around = built.find(({ folder }) => folder !== '' && folderOf(chart).startsWith(`${folder}/`));
  const short = kubeName(around?.names[0] ?? '');
  return short !== '' && `-${name}-`.includes(`-${short}-`) ? short : name;
}

/** What a Dockerfile calls `agent` is called `shop-agent` where a manifest or compose file for users runs the product's image of that name. */
export function asPublished(
  texts: ReadonlyMap<string, string>,
  namesOfRoot: readonly string[],
): (source: SourceFolder) => SourceFolder {
  const run = new Set(
    [...texts].flatMap(([file, text]) =>
      isYaml(file) ? [...text.matchAll(IMAGE)].map(([, image]) => imageName(image ?? '')) : [],
    ),
  );
  return (source) => {
    const own = source.names[0];
    // A name that a compose file gives is what people say.
    if (own === undefined || isYaml(source.because)) return source;
    const full = namesOfRoot.map((root) => `${root}-${own}`).find((one) => run.has(one));
    return full === undefined ? source : { ...source, names: [full, ...source.names] };
  };
}
const IMAGE = /^[ \t]*(?:-[ \t]+)?image:[ \t]*["']?([\w.\-/:@]+)/gm;

/** What the program at the root is called by its package. */
export function rootName(texts: ReadonlyMap<string, string>): string | undefined {
  const npm = /"name"\s*:\s*"([^"]+)"/.exec(texts.get('package.json') ?? '')?.[1];
  const go = /^module\s+(\S+?)(?:\/v\d+)?\s*$/m.exec(texts.get('go.mod') ?? '')?.[1];
  const names = [npm, go === undefined ? undefined : nameOfModule(go)];
  return names.find(
    (name) =>
      name !== undefined && !/(^|[-/])(mono-?repo|repo(sitory)?|root|workspace)$/.test(name) && !GENERIC.test(name),
  );
}

/** `shop.app/v2` and `go.example.io/api` are called by the domain, and `github.com/gotify/server` by its owner. */
function nameOfModule(path: string): string | undefined {
  const last = path.split('/').findLast((part) => !GENERIC.test(part)) ?? path;
  return last.includes('.') ? last.split('.').at(-2) : last;
}

/** The image `argocd` is that of the repository `argo-cd`. */
export const joined = (name: string): string => kubeName(name).replaceAll('-', '');
