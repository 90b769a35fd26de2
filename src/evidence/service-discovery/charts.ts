import { isBaseImage, isInfrastructureImage } from '../images.ts';
import { namedAfter } from '../impact/manifests/file-names.ts';
import { scanYaml } from '../impact/manifests/yaml-lines.ts';
import { baseName, folderOf } from '../impact/paths.ts';
import { kubeName } from './names.ts';
import { imageName } from './workloads.ts';

/** What a chart of a repository is: the chart of one service, or one of a whole product, which is a service of its own never. */

type Texts = ReadonlyMap<string, string>;

/** Some write their Chart.yaml when they publish the chart, from a file beside its templates. */
const CHART = /^Chart([-.]template)?\.yaml(\.(template|tmpl|tpl|in))?$/;

/** The charts of a repository, by the path of their Chart.yaml; not what is vendored below another one twice over. */
export const chartsIn = (files: readonly string[]): string[] =>
  files.filter(
    (file) =>
      CHART.test(baseName(file)) &&
      !/\/charts\/.*\/charts\//.test(file) &&
      (baseName(file) === 'Chart.yaml' || !files.includes(inside(file, 'Chart.yaml'))),
  );

/** True for a file that a chart of the repository renders, or that configures it. */
export function isInChart(file: string, charts: readonly string[]): boolean {
  return charts.some((chart) => file.startsWith(folderOf(chart) === '' ? 'templates/' : `${folderOf(chart)}/`));
}

/**
 * The services that a chart of the whole product installs, by the names of its templates: `deployments/api.yaml`, `api-deployment.yaml`,
 * `api/statefulset.yaml`. Fewer than two say nothing of a product.
 * @param known names of programs that the repository builds or that its manifests run
 */
export function servicesOfChart(chart: string, files: readonly string[], known: ReadonlySet<string>): string[] {
  const templates = inside(chart, 'templates/');
  const named = files
    .filter((file) => file.startsWith(templates) && /\.ya?ml$/.test(file))
    // `order-service.yaml` is a Service of `order`, or the program `order-service`: what is known decides.
    .flatMap((file) => [baseName(file).replace(/\.ya?ml$/, ''), namedAfter(file)].map(kubeName))
    .filter((name) => known.has(name));
  const names = [...new Set(named)];
  return names.length > 1 ? names : [];
}

/** A program that a chart of several installs. */
export interface ChartProgram {
  /** As its workload is called when the release is called as the chart is. */
  readonly name: string;
  /** What the chart's values name, without a tag. */
  readonly image: string;
  readonly template: string;
}

/**
 * The programs of a product that a chart installs, each with an image of its own in the values, whatever the folders are called that build them.
 * Stores and other people's programs are left out.
 */
export function programsOfChart(chart: string, files: readonly string[], texts: Texts): readonly ChartProgram[] {
  const values = scanYaml(texts.get(inside(chart, 'values.yaml')) ?? '');
  const valueAt = (path: string) => values.find((line) => line.path.join('.') === path)?.value ?? '';
  const product =
    calledByValues(chart, texts) ??
    scanYaml(texts.get(chart) ?? '').find(({ path }) => path.join('.') === 'name')?.value ??
    '';
  const templates = files.filter((file) => file.startsWith(inside(chart, 'templates/')));
  const helpers = templates.filter((file) => file.endsWith('.tpl')).map((file) => texts.get(file) ?? '');
  const found = templates.flatMap((template): (ChartProgram & { readonly isFixed: boolean })[] => {
    const text = texts.get(template) ?? '';
    if (!ROLLS_OUT.test(text) || valueAt(ONLY_WHERE.exec(text)?.[1] ?? '') === 'false') return [];
    const written = IMAGE_OF_VALUES.exec(text)?.[1];
    const keys =
      written === undefined
        ? keysOfHelper(text, helpers).filter((one) => valueAt(`${one}.repository`) !== '')
        : [written];
    const imageAt = (one: string) => valueAt(`${one}.repository`) || valueAt(one);
    // A watcher or a proxy may stand in the pod before the program.
    // What is called as the product is its own, whoever publishes it.
    const isOthers = (one: string) => imageName(one) !== product && (isInfrastructureImage(one) || isBaseImage(one));
    const key = keys.find((one) => !isOthers(imageAt(one)));
    const image = key === undefined ? '' : imageAt(key);
    if (image === '') return [];
    const named = scanYaml(text).find(({ path }) => path.join('.') === 'metadata.name')?.value ?? '';
    const name = named
      .replace(
        COMPONENT,
        (_all, chart: string, component: string) =>
          `${product === '' ? chart : product}-${kubeName(component.replaceAll('_', '-'))}`,
      )
      .replace(/\{\{[^}]*(?:fullname|Release\.Name|Chart\.Name)[^}]*\}\}/gi, product);
    return [
      {
        name: /^[a-z][a-z0-9-]*$/.test(name) ? name : kubeName(namedAfter(template)),
        image,
        template,
        isFixed: valueAt(`${key}.tag`) !== '',
      },
    ];
  });
  // What has a version of its own, where the others have that of the chart, is released elsewhere.
  const own = found.filter(({ isFixed }) => !isFixed);
  return (own.length > 0 ? own : found).map(({ isFixed: _isFixed, ...program }) => program);
}

/** Values that the helper is told of, or reads, from which a template takes its image. */
function keysOfHelper(text: string, helpers: readonly string[]): readonly string[] {
  const defined = helpers.flatMap((file) => file.split(/(?=\{\{-?[ \t]*define\b)/));
  return [...text.matchAll(IMAGE_OF_HELPER)].flatMap(([, helper = '', given = '']) =>
    [given, defined.find((one) => isHelper(one, helper)) ?? ''].flatMap((one) =>
      [...one.matchAll(/\.Values\.([\w-]+(?:\.[\w-]+)*)/g)].map((match) =>
        (match[1] ?? '').replace(/\.repository$/, ''),
      ),
    ),
  );
}
const isHelper = (definition: string, name: string): boolean =>
  name !== '' && /define[ \t]+"([^"]+)"/.exec(definition)?.[1] === name;
/** `image: {{ template "web.image" . }}` and `image: {{ include "shop.image" (dict "root" .Values.web.image) }}`. */
const IMAGE_OF_HELPER = /^[ \t]*(?:-[ \t]+)?image:[ \t]*["']?\{\{-?[ \t]*(?:include|template)[ \t]+"([^"]+)"(.*)$/gm;
/** A template that is nothing unless a value says so: what the chart leaves out by itself is no service until somebody wants it. */
const ONLY_WHERE =
  /^(?:\s|\{\{-?[ \t]*\/\*(?:(?!\*\/)[\s\S]){0,2000}\*\/[ \t]*-?\}\}|#[^\n]*\n)*\{\{-?[ \t]*if[ \t]+\.Values\.([\w.-]+)[ \t]*-?\}\}/;
/** `{{ include "shop.worker.fullname" . }}`: what a chart calls a part of it. */
const COMPONENT = /\{\{-?[ \t]*(?:include|template)[ \t]+"([\w-]+)\.([\w-]+)\.fullname"[^}]*\}\}/g;
const ROLLS_OUT = /^kind:[ \t]*(Deployment|StatefulSet|DaemonSet|Rollout)\b/m;
/** `image: "{{ .Values.web.image.repository }}:{{ … }}"` and `image: {{ .Values.images.web }}`. */
const IMAGE_OF_VALUES = /^[ \t]*(?:-[ \t]+)?image:.*?\.Values\.([\w.-]+?)(?:\.repository\b|[ \t]*\}\}["']?[ \t]*$)/m;

/** The image that a chart's values name, without its tag, if they name one. */
export function imageOfChart(chart: string, texts: Texts): string | undefined {
  const values = scanYaml(texts.get(inside(chart, 'values.yaml')) ?? '');
  return values.find((line) => line.path.at(-2) === 'image' && line.key === 'repository')?.value;
}

/** The name that a chart's own values give what it installs, as `helm create` writes it: a chart `shop7` may install `shop`. */
export function calledByValues(chart: string, texts: Texts): string | undefined {
  const values = scanYaml(texts.get(inside(chart, 'values.yaml')) ?? '');
  const at = (key: string) => values.find(({ path }) => path.length === 1 && path[0] === key)?.value;
  return [at('fullnameOverride'), at('nameOverride')].find(
    (name) => name !== undefined && /^[a-z][a-z0-9-]*$/.test(name),
  );
}

/** What the chart of a service is called; `undefined` for a library, and for one that has no template of its own and bundles others. */
export function chartName(chart: string, files: readonly string[], texts: Texts): string | undefined {
  const lines = scanYaml(texts.get(chart) ?? '');
  const top = (key: string) => lines.find((line) => line.path.length === 1 && line.key === key)?.value;
  const hasImage = imageOfChart(chart, texts) !== undefined;
  // Helm 2 kept the dependencies in a file of their own, which is still read (helm.sh/docs/topics/charts).
  const depends =
    lines.some((line) => line.path[0] === 'dependencies') || files.includes(inside(chart, 'requirements.yaml'));
  const templates = files.filter((file) => file.startsWith(inside(chart, 'templates/')) && /\.ya?ml$/.test(file));
  const hasTemplate = templates.length > 0;
  const bundlesOnly = depends && !hasTemplate && !hasImage;
  if (
    top('type') === 'library' ||
    bundlesOnly ||
    (hasTemplate && templates.every((file) => runsNothing(texts.get(file)))) ||
    (hasTemplate && !hasImage && templates.every((file) => makesNoPods(texts.get(file)))) ||
    (!hasImage && top('name') === undefined)
  )
    return undefined;
  const name = kubeName(calledByValues(chart, texts) ?? top('name') ?? baseName(folderOf(chart)));
  // `shop-chart` says what it is, and installs `shop`.
  return name.replace(/(.)-(helm-?)?chart$/, '$1');
}

/**
 * True for a template that makes objects of kinds that run nothing, as the Applications that Argo CD installs others by. Whose kind is not written, or
 * comes from another template, may run something.
 */
function runsNothing(template = ''): boolean {
  const kinds = [...template.matchAll(/^kind:[ \t]*(\S+)/gm)].map((match) => match[1] ?? '');
  return (
    kinds.length > 0 && kinds.every((kind) => RUNS_NOTHING.test(kind)) && !/\b(include|template)\s+"/.test(template)
  );
}

/** True for a template whose objects name no image and are of kinds that somebody else's operator makes something of. */
function makesNoPods(template = ''): boolean {
  const kinds = [...template.matchAll(/^kind:[ \t]*(\S+)/gm)].map((match) => match[1] ?? '');
  return (
    kinds.length > 0 &&
    !kinds.some((kind) => MAKES_PODS.test(kind)) &&
    !/^\{\{-?[ \t]*(include|template)\b/m.test(template) &&
    !scanYaml(template).some(({ key }) => key !== undefined && /image$/i.test(key))
  );
}
const MAKES_PODS = /^(Deployment|StatefulSet|DaemonSet|Rollout|ReplicaSet|Job|CronJob|Pod|\{\{.*)$/;

const RUNS_NOTHING =
  /^(Application|ApplicationSet|AppProject|HelmRelease|Kustomization|GitRepository|HelmRepository|OCIRepository|Namespace|ConfigMap|Secret|(Cluster)?Role(Binding)?|ServiceAccount|CustomResourceDefinition)$/;

const inside = (chart: string, path: string): string => (folderOf(chart) === '' ? path : `${folderOf(chart)}/${path}`);
