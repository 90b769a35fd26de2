import { proposedChoice } from '../../domain/kubernetes/helm-hooks.ts';
import type { ManifestSourceEntry } from '../../plan/manifest-source.ts';
import type { HookChoice } from '../../plan/source-settings.ts';
import { scanYaml } from '../impact/manifests/yaml-lines.ts';
import { baseName, folderOf } from '../impact/paths.ts';
import { calledByValues } from './charts.ts';
import { mapOf, type RenderedFrom } from './rendered-from.ts';
import { environmentOf } from './workloads.ts';

/** Kubernetes version that charts are rendered for until a person says which one runs. */
const KUBE_VERSION = '1.34';

type Texts = ReadonlyMap<string, string>;

/**
 * The chart in a folder as a source, with the values files that are named for each environment. A library and a chart that only
 * stands in another one's `charts/` render nothing by themselves.
 */
export function chartSource(chart: string, files: readonly string[], texts: Texts): RenderedFrom | undefined {
  const folder = folderOf(chart);
  const { name = baseName(folder), type } = mapOf(texts.get(chart) ?? '') as { name?: string; type?: string };
  if (type === 'library' || typeof name !== 'string') return undefined;
  const values = files.filter(
    (file) => /\.ya?ml$/.test(file) && /(^|[/._-])values([/._-]|$)/i.test(file) && isFor(file, folder, name),
  );
  const release = kubernetesName(calledByValues(chart, texts) ?? name);
  const { hooks, unnamed } = hooksOf(folder, { release, chart: name }, texts);
  const entry = (environment: 'staging' | 'production'): ManifestSourceEntry => {
    const own = values.filter((file) => environmentOf(file) === environment);
    return {
      helm: folder || '.',
      release,
      ...(Object.keys(hooks).length === 0 ? {} : { hooks }),
      ...(own.length === 0 ? {} : { values: own }),
      kubeVersion: KUBE_VERSION,
    };
  };
  return {
    staging: entry('staging'),
    production: entry('production'),
    because: [
      `rendered from the chart ${folder || '.'} for Kubernetes ${KUBE_VERSION}; correct kubeVersion if another one runs`,
      ...(Object.keys(hooks).length === 0
        ? []
        : [
            'hooks: what most likely stands in for each Helm hook; check it, and write migrations and smoke tests in the plan',
          ]),
      ...(unnamed.length === 0
        ? []
        : [
            `Helm hooks in ${unnamed.join(', ')} have names that only Helm knows: \`relctl plan <id> --check\` gives the line for them`,
          ]),
    ].join('\n'),
  };
}

/** The Helm hooks of a chart with what most likely stands in for each, and the templates whose hooks' names cannot be read. */
function hooksOf(
  folder: string,
  names: { readonly release: string; readonly chart: string },
  texts: Texts,
): { readonly hooks: Readonly<Record<string, HookChoice>>; readonly unnamed: readonly string[] } {
  const hooks: Record<string, HookChoice> = {};
  const unnamed: string[] = [];
  const inside = folder === '' ? 'templates/' : `${folder}/templates/`;
  for (const [file, text] of texts) {
    if (!file.startsWith(inside) || !text.includes('helm.sh/hook')) continue;
    // By lines and not by a pattern over them: templates of a large chart would be gone through from each place.
    const lines = scanYaml(text);
    for (const { document, value: when } of lines.filter(({ key }) => key === 'helm.sh/hook')) {
      const at = (...path: string[]) =>
        lines.find((line) => line.document === document && line.path.join('\0') === path.join('\0'))?.value;
      const kind = at('kind');
      const name = at('metadata', 'name')
        ?.replace(/\{\{-?\s*\.Release\.Name\s*-?\}\}/g, names.release)
        .replace(/\{\{-?\s*\.Chart\.Name\s*-?\}\}/g, names.chart);
      if (kind !== undefined && name !== undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) {
        hooks[`${kind}/${name}`] = proposedChoice({ kind, name, when });
      } else if (!unnamed.includes(file)) unnamed.push(file);
    }
  }
  return { hooks, unnamed };
}

/** Values files lie inside the chart, or in a folder beside all charts where the chart has its name in their path, or is alone. */
function isFor(file: string, chart: string, name: string): boolean {
  const inside = chart === '' ? '' : `${chart}/`;
  if (file.startsWith(`${inside}templates/`) || file.startsWith(`${inside}charts/`)) return false;
  return file.startsWith(inside) || file.split('/').includes(name) || !/\/charts?\//.test(`/${file}`);
}

function kubernetesName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 53)
    .replace(/^-+|-+$/g, '');
}
