import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { decodePlan } from '../../plan/status-text.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from './context.ts';

/**
 * Refuses to sign for a text that is not the one of the work tree. The records branch has a copy of the text beside the history, which counts where this clone
 * has one that was recorded earlier; whoever may push can write that copy, with a submission behind it that nobody signed.
 * @throws RelctlError `plan.digest-mismatch`
 */
export async function requireOwnText(
  { records, workspace }: Pick<Context, 'records' | 'workspace'>,
  { id, file, head }: Pick<ReleasePlan, 'id' | 'file' | 'head'>,
): Promise<void> {
  if (records === undefined) return;
  const bytes = await workspace.readBytes(file);
  if (bytes !== undefined && decodePlan(bytes, file).head === head) return;
  const is =
    bytes === undefined
      ? `is not in the work tree, and the text of ${records.branch} would be submitted`
      : `has another text in the work tree than on ${records.branch}, which would be submitted`;
  throw new RelctlError('plan.digest-mismatch', `${file} ${is}`, {
    place: { file },
    why: 'Whoever submits a plan answers for its text, and whoever may push can put another one there, with a submission that nobody signed.',
    hints: [
      command`git log -p refs/relctl/records -- ${file}`,
      'shows who put it there',
      ...(bytes === undefined
        ? ['check out the branch of the plan']
        : ['change your text, if only by a comment: what was never recorded counts']),
      command`relctl audit ${id}`,
    ],
  });
}
