import type { RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
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
  const before = await committedEvents(context, file);
  const message = recordMessage(plan, plan.events.slice(before));
  const kept = await workspace.find(`${folder}/**`);
  const commit = await repository.commitPaths(kept.length === 0 ? [file] : [file, folder], message);
  return { commit, subject: firstLine(message) };
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

/** Types that follow from others; the first line of a commit names them only when there is nothing else. */
const MINOR = /^(notification|step)\./;
const MOST_TYPES = 3;

/** The message of a commit: `release(<id>): cab.voted, cab.decided by carol@example.com`, and every event below it. */
export function recordMessage(plan: Pick<ReleasePlan, 'id'>, events: readonly RecordedEvent[]): string {
  if (events.length === 0) return `release(${plan.id}): plan edited\n`;
  const major = events.filter((event) => !MINOR.test(event.type));
  const shown = major.length > 0 ? major : events;
  const types = [...new Set(shown.map((event) => event.type))];
  const more = types.length > MOST_TYPES ? ` and ${types.length - MOST_TYPES} more` : '';
  const actors = [...new Set(shown.map((event) => event.actor))].join(', ');
  const subject = `release(${plan.id}): ${types.slice(0, MOST_TYPES).join(', ')}${more} by ${actors}`;
  return `${subject}\n\n${events.map((event) => `${event.seq} ${event.type} ${event.at}`).join('\n')}\n`;
}

/** The first line of a message. */
function firstLine(message: string): string {
  return message.slice(0, message.indexOf('\n'));
}
