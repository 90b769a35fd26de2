import { readObjects } from '../impact/manifests/objects.ts';
import { folderOf } from '../impact/paths.ts';
import { environmentOf, type Workload } from './workloads.ts';

/** Plain manifests of a service, by environment. */
export interface PlainManifests {
  readonly staging: readonly string[];
  readonly production: readonly string[];
}

/** Files with the workload, and files beside it with objects of the same name, such as its Service and ConfigMap. */
export function manifestsOf(
  item: { readonly name: string; readonly workloads: readonly Workload[] },
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
): PlainManifests {
  const own = new Set(item.workloads.map((workload) => workload.file));
  const folders = new Set([...own].map(folderOf));
  const beside = files.filter((file) => {
    if (own.has(file) || !folders.has(folderOf(file)) || !/\.ya?ml$/.test(file)) return false;
    const objects = readObjects(texts.get(file) ?? '');
    return (
      objects.length > 0 &&
      objects.every((object) => object.name === item.name || object.name.startsWith(`${item.name}-`))
    );
  });
  const all = [...own, ...withoutWays(beside, texts)].sort();
  const of = (environment: 'staging' | 'production') => {
    const fitting = all.filter((file) => (environmentOf(file) ?? environment) === environment);
    const dropped = copies(fitting.filter((file) => own.has(file)));
    return fitting.filter((file) => !dropped.has(folderOf(file)) && !dropped.has(file));
  };
  return { staging: of('staging'), production: of('production') };
}

/** Files by whose name a service is made to fail. */
const BREAKS = /(^|[/._-])(faults?|fault-?injection|chaos)([._-]|$)/i;

/** What makes a service fail, and files that hold one object each in its own way (`canary`, `mirror`), are not there at once: which is, people know. */
function withoutWays(beside: readonly string[], texts: ReadonlyMap<string, string>): readonly string[] {
  const held = new Map(
    beside.map((file) => [
      file,
      readObjects(texts.get(file) ?? '').map(
        ({ kind, name }) => `${folderOf(file)} ${environmentOf(file) ?? ''} ${kind}/${name}`,
      ),
    ]),
  );
  const isOneWay = (file: string) =>
    [...held].some(([other, objects]) => other !== file && objects.some((one) => held.get(file)?.includes(one)));
  return beside.filter((file) => !BREAKS.test(file) && !isOneWay(file));
}

/**
 * Files and folders that hold a further definition of one workload. The one that counts names its environment, else is a file of its
 * own beside others of its kind, else the one without a suffix (`web.yaml` beside `web-istio.yaml`), else the first; a bundle that a build writes (`release/`, `dist/`) comes after it, and what a product may be
 * extended with or tried by (`extras/`, `examples/`) last.
 */
function copies(own: readonly string[]): ReadonlySet<string> {
  if (own.length < 2) return new Set();
  const rank = (file: string) =>
    (/(^|\/)(extras?|examples?|samples?|sample-manifests|contrib|add-?ons?)\//i.test(file) ? 8 : 0) +
    (environmentOf(file) === undefined ? 4 : 0) +
    (/(^|\/)(releases?|dist|build|generated|rendered)\//.test(file) ? 2 : 0) +
    (/(^|\/)(all|bundle|release|install|kubernetes-manifests)\.ya?ml$/.test(file) ? 1 : 0) +
    (own.some((other) => file.startsWith(`${other.replace(/\.ya?ml$/, '')}-`)) ? 0.5 : 0);
  const [first, ...others] = [...own].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return new Set(
    others.flatMap((file) => (folderOf(file) === folderOf(first ?? '') ? [file] : [file, folderOf(file)])),
  );
}
