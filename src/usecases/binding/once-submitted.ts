import { RelctlError } from '../../errors.ts';
import type { ManifestSource } from '../../ports/manifest-source.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

/**
 * Whoever may push names the commit of a plan, and with it the program that prints its manifests. Who only looks at a plan, at its status or at what
 * its deployment would do, runs that once somebody has answered for it with a signature.
 * @param id the release
 */
export function onceSubmitted(
  { manifests, reviewed }: Pick<Context, 'manifests' | 'reviewed'>,
  id: string,
): ManifestSource {
  return guarded(manifests, async () => {
    await reviewed?.require('plan').catch((cause: unknown) => {
      throw new RelctlError(
        'config.unreviewed',
        'its manifests are printed by a program of the commit that it names, which is not run to look at it before it was submitted and signed',
        {
          why: 'Whoever may push chooses that commit, and the program would run with your keys.',
          hints: [command`relctl plan ${id} --check`],
          cause,
        },
      );
    });
  });
}

function guarded(manifests: ManifestSource, allow: () => Promise<void>): ManifestSource {
  return {
    async render(commit, request) {
      if (request.source.kind === 'command') await allow();
      return manifests.render(commit, request);
    },
  };
}
