import { RelctlError } from '../../errors.ts';
import type { ManifestSource } from '../../ports/manifest-source.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { isSubmissionProven } from './submission.ts';

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

/**
 * Takes a release back whatever its record is worth: a person who does so knows the release. A machine does not, and whoever may push may start
 * one, with a plan and a history of their own: it runs no program of a commit that nobody is known to have submitted.
 */
export function unlessUnattended(
  { manifests, runs }: Pick<Context, 'manifests' | 'runs'>,
  { journal, signing }: Pick<Release, 'journal' | 'signing'>,
): ManifestSource {
  if (runs.self.job === undefined || isSubmissionProven(journal, signing)) return manifests;
  return guarded(manifests, async () => {
    throw new RelctlError(
      'config.unreviewed',
      'its manifests are printed by a program of the commit that it names, which no machine runs where nothing proves that it was submitted',
      {
        why: 'Whoever may push chooses that commit, and could start this run: the program would run with the keys of the machine.',
        hints: [command`relctl rollback ${journal.plan.id}`, 'by a person, who knows the release'],
      },
    );
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
