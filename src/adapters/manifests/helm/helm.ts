import { join } from 'node:path';
import * as z from 'zod';
import { readKubernetesObjects } from '../../../evidence/kubernetes-objects.ts';
import type { RenderedObject } from '../../../ports/manifest-source.ts';
import { command } from '../../../text/command-line.ts';
import { requireFolder } from '../require-folder.ts';
import type { SourceKind } from '../source.ts';

const settings = z.strictObject({
  helm: z.string().min(1),
  release: z.string().min(1),
  values: z.array(z.string()).default([]),
  set: z.record(z.string(), z.string()).optional(),
  kubeVersion: z.string().min(1),
  apiVersions: z.array(z.string()).default([]),
  network: z.boolean().optional(),
});

/**
 * A Helm chart, rendered with `helm template`. Helm's own homes are empty folders, so that repositories, plugins and settings of
 * whoever renders change nothing; `lookup` finds nothing, because there is no cluster.
 */
export const helm: SourceKind<z.infer<typeof settings>> = {
  settings,
  renders: true,
  objects(chart, { tree, namespace, program }) {
    return tree.withFolder(async (folder) => {
      await requireFolder(tree, folder, chart.helm, ['Chart.yaml']);
      for (const file of chart.values) await requireFolder(tree, folder, '.', [file]);
      const home = join(folder, '..', 'helm');
      const text = await program(
        {
          program: 'helm',
          args: templateArgs(chart, namespace, folder),
          cwd: folder,
          network: chart.network ?? false,
          env: {
            HELM_CACHE_HOME: join(home, 'cache'),
            HELM_CONFIG_HOME: join(home, 'config'),
            HELM_DATA_HOME: join(home, 'data'),
            HELM_PLUGINS: join(home, 'plugins'),
            HELM_NAMESPACE: namespace,
          },
        },
        (said) => ({
          problem: `helm could not render ${chart.helm}`,
          hints: /missing in charts\/? directory|no such host|dependency build|dependency update/.test(said)
            ? [
                command`helm dependency build ${chart.helm}`,
                `then commit ${chart.helm}/charts: a dependency of the chart is not in the repository`,
                'what is rendered must not depend on what a chart repository serves that day',
              ]
            : [command`helm ${templateArgs(chart, namespace, '.')}`],
        }),
      );
      return documentsOf(text, chart.helm);
    });
  },
};

function templateArgs(chart: z.infer<typeof settings>, namespace: string, folder: string): string[] {
  return [
    'template',
    chart.release,
    join(folder, chart.helm),
    '--namespace',
    namespace,
    '--include-crds',
    '--skip-tests=false',
    '--kube-version',
    chart.kubeVersion,
    ...chart.apiVersions.flatMap((version) => ['--api-versions', version]),
    ...chart.values.flatMap((file) => ['--values', join(folder, file)]),
    ...Object.entries(chart.set ?? {}).flatMap(([key, value]) => ['--set-string', `${key}=${value}`]),
  ];
}

/** Helm says above each document from which template it came. */
function documentsOf(text: string, chart: string): readonly RenderedObject[] {
  return text.split(/^---$/m).flatMap((document) => {
    const template = /^# Source: (.+)$/m.exec(document)?.[1];
    const from = template === undefined ? chart : `${chart} (${template})`;
    return readKubernetesObjects(document, from).map((object) => ({ object, from }));
  });
}
