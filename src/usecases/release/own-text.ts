import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { decodePlan } from '../../plan/status-text.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from './context.ts';

/**
 * In what the text that counts is not the one of the work tree, as a sentence. The records branch has a copy of the text beside the history, which counts where
 * this clone has one that was recorded earlier; whoever may push can write that copy, with an event about it behind it that nobody signed.
 */
export async function foreignText(
  { records, workspace }: Pick<Context, 'records' | 'workspace'>,
  { file, head }: Pick<ReleasePlan, 'file' | 'head'>,
): Promise<string | undefined> {
  if (records === undefined) return undefined;
  const bytes = await workspace.readBytes(file);
  if (bytes === undefined) return `${file} is not in the work tree, and the text of ${records.branch} would count`;
  return decodePlan(bytes, file).head === head
    ? undefined
    : `${file} has another text in the work tree than on ${records.branch}, which would count`;
}

/** Refuses to sign for a text that is not the one of the work tree. Errors: `plan.digest-mismatch`. */
export async function requireOwnText(
  context: Pick<Context, 'records' | 'workspace'>,
  plan: Pick<ReleasePlan, 'id' | 'file' | 'head'>,
): Promise<void> {
  const foreign = await foreignText(context, plan);
  if (foreign === undefined) return;
  const { id, file } = plan;
  throw new RelctlError('plan.digest-mismatch', foreign, {
    place: { file },
    why: 'Whoever submits a plan answers for its text, and whoever may push can put another one there, with a submission that nobody signed.',
    hints: [
      command`git log -p refs/relctl/records -- ${file}`,
      'shows who put it there',
      'check out the branch of the plan, or change your text, if only by a comment: what was never recorded counts',
      command`relctl audit ${id}`,
    ],
  });
}
