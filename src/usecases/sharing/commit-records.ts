import { recordMessage } from '../../domain/records/message.ts';
import { signatureOf } from '../../domain/signing/acts.ts';
import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

/** The paths of one release: its plan, and what is kept beside it. Nothing else is ever committed or pushed by relctl. */
export function pathsOf(id: string): readonly [file: string, folder: string] {
  return [`releases/${id}.yaml`, `releases/${id}`];
}

/** The release that a path belongs to; `undefined` for every other file of the repository. */
export function releaseOf(path: string): string | undefined {
  return (
    /^releases\/([a-z0-9][a-z0-9.-]{0,62})\.yaml$/.exec(path)?.[1] ??
    /^releases\/([a-z0-9][a-z0-9.-]{0,62})\//.exec(path)?.[1]
  );
}

/**
 * Commits what was recorded of a release as one commit of exactly its files; what else is staged stays staged.
 * @returns the commit and its first line; the commit that was there where nothing changed
 */
export async function commitRecords(
  context: Pick<Context, 'repository' | 'store' | 'workspace'>,
  id: string,
): Promise<{ readonly commit: string; readonly subject: string }> {
  const { repository, store, workspace } = context;
  const [file, folder] = pathsOf(id);
  const plan = await store.load(id);
  await refuseOtherText(repository, plan);
  const before = await committedEvents(context, file);
  const message = recordMessage(plan, plan.events.slice(before));
  const kept = await workspace.find(`${folder}/**`);
  const commit = await repository.commitPaths(kept.length === 0 ? [file] : [file, folder], message);
  return { commit, subject: firstLine(message) };
}

/** Where git keeps another text than was written, such as a pointer, nobody finds in a commit what was signed: then nothing of it is committed. */
async function refuseOtherText(repository: Context['repository'], { file, events }: ReleasePlan): Promise<void> {
  if (!events.some((event) => signatureOf(event) !== undefined)) return;
  const attributes = await repository.keptOtherwise(file);
  if (attributes.length === 0) return;
  throw new RelctlError(
    'sharing.other-text',
    `git would keep another text of ${file} than was recorded: .gitattributes says ${attributes.join(', ')}`,
    {
      place: { file },
      why: 'What is signed is looked for in commits: in another form nobody would find it, or see that it was taken out. It is recorded here, and not committed.',
      hints: [
        command`git log -p -- .gitattributes releases/.gitattributes`,
        'git revert "<commit>"',
        'takes back what gave the file this attribute',
      ],
    },
  );
}

/** How many events the last commit has; none where the file is new. */
async function committedEvents({ repository }: Pick<Context, 'repository'>, file: string): Promise<number> {
  try {
    const text = await repository.fileAt('HEAD', file);
    return text === undefined ? 0 : text.split('\n').filter((line) => line.startsWith('    - {"seq":')).length;
  } catch {
    // Nothing was committed in this repository yet.
    return 0;
  }
}

/** The first line of a message. */
function firstLine(message: string): string {
  return message.slice(0, message.indexOf('\n'));
}
