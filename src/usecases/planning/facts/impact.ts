import type { Impact } from '../../../evidence/impact/findings.ts';
import { isOwnFile } from '../../../evidence/impact/own-files.ts';
import type { Context } from '../../release/context.ts';
import { withoutUnchanged } from './shared-sources.ts';

/**
 * What lies between two commits, read from git.
 * @param base full commit id of what runs now
 * @param head full commit id of the candidate
 */
export async function impactBetween(
  context: Pick<Context, 'repository' | 'config' | 'manifests'>,
  base: string,
  head: string,
): Promise<Impact> {
  const { repository, config } = context;
  // The readers are loaded while git compares.
  const [diff, filesAtHead, { readImpact }] = await Promise.all([
    repository.diff(base, head),
    repository.filesAt(head),
    import('../../../evidence/impact/read-impact.ts'),
  ]);
  const impact = await readImpact({
    diff,
    filesAtHead,
    read: (side, paths) => repository.readFiles(side === 'base' ? base : head, paths),
    mentions: (words) => repository.mentions(head, words),
    config,
  });
  const understood = new Set(
    [...impact.migrations, ...impact.resources, ...impact.monitoring, ...impact.dependencies, ...impact.exposure].map(
      ({ seen }) => seen.file,
    ),
  );
  // What a finding was read from needs nobody to say what it is.
  const unmappedFiles = impact.unmappedFiles.filter((file) => !isOwnFile(file) && !understood.has(file));
  return { ...impact, services: await withoutUnchanged(context, base, head, impact.services), unmappedFiles };
}
