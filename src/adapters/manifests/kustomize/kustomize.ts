import { join } from 'node:path';
import * as z from 'zod';
import { readKubernetesObjects } from '../../../evidence/kubernetes-objects.ts';
import { command } from '../../../text/command-line.ts';
import { requireFolder } from '../require-folder.ts';
import type { SourceKind } from '../source.ts';

const settings = z.strictObject({ kustomize: z.string().min(1), network: z.boolean().optional() });

/** What kustomize says where a base lies on another machine and it could not get there. */
const REMOTE = /https?:\/\/|git (fetch|clone)|ssh:\/\/|github\.com|failed to run '?\S*git|proxyconnect|transport '/i;

/** A kustomization, rendered with the Kustomize that is built into kubectl. */
export const kustomize: SourceKind<z.infer<typeof settings>> = {
  settings,
  renders: true,
  objects({ kustomize: path, network = false }, { tree, program }) {
    return tree.withFolder(async (folder) => {
      await requireFolder(tree, folder, path, ['kustomization.yaml', 'kustomization.yml', 'Kustomization']);
      const text = await program(
        { program: 'kubectl', args: ['kustomize', join(folder, path)], cwd: folder, network },
        (said) => ({
          problem: `kustomize could not render ${path}`,
          hints:
            !network && REMOTE.test(said)
              ? [
                  'a base or a resource of it lies on another machine: copy it into the repository (kustomize localize)',
                  'or write `network: true` beside `kustomize`; then what is rendered can change without a commit',
                ]
              : [command`kubectl kustomize ${path}`],
        }),
      );
      return readKubernetesObjects(text, path).map((object) => ({ object, from: path }));
    });
  },
};
