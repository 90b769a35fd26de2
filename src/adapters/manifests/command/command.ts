import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readKubernetesObjects } from '../../../evidence/kubernetes-objects.ts';
import { durationSeconds } from '../../../plan/duration.ts';
import { quoted } from '../../../text/command-line.ts';
import type { SourceKind } from '../source.ts';

const settings = z.strictObject({
  command: z.array(z.string().min(1)).min(1),
  timeout: z.string().optional(),
  paths: z.array(z.string()).optional(),
  network: z.boolean().optional(),
});

/** A program of the company that prints Kubernetes objects. One that lies in the repository is run from the commit. */
export const command: SourceKind<z.infer<typeof settings>> = {
  settings,
  renders: true,
  objects({ command: [first = '', ...args], timeout, network = false }, { tree, environment, namespace, program }) {
    return tree.withFolder(async (folder) => {
      const own = join(folder, first);
      const title = [first, ...args].map(quoted).join(' ');
      const text = await program(
        {
          program: existsSync(own) ? own : first,
          args,
          cwd: folder,
          network,
          ...(timeout === undefined ? {} : { timeout: durationSeconds(timeout) * 1000 }),
          env: { RELCTL_ENVIRONMENT: environment, RELCTL_NAMESPACE: namespace, RELCTL_COMMIT: tree.commit },
        },
        () => ({ problem: `${title} did not render the manifests of ${environment}`, hints: [title] }),
      );
      return readKubernetesObjects(text, title).map((object) => ({ object, from: title }));
    });
  },
};
