import type { EndedDeployment } from '../../domain/signing/standing.ts';
import type { RecordedEvent } from '../../plan/events.ts';

/** How a record of what was done is looked at: true when its signature holds. */
type Proof = (event: RecordedEvent, index: number) => Promise<boolean>;

/**
 * The last deployment, where it is proved to have ended: whoever ran it signed its beginning and its end, or all of it stands on the
 * protected branch. That the file says so proves nothing, since approvals that are "used" are judged by the rules of then.
 * @param holds whether the signature of a record holds
 * @param isProtected whether an event stands in the history on the protected branch, where signatures were not asked for then
 */
export async function findEnded(
  events: readonly RecordedEvent[],
  holds: Proof,
  isProtected: (hash: string) => Promise<boolean>,
): Promise<EndedDeployment | undefined> {
  const index = events.findLastIndex((one) => one.type === 'deploy.started');
  const started = events[index];
  if (started?.type !== 'deploy.started') return undefined;
  const proven = { index, at: started.at, trust: started.data.trust?.commit };
  // One that nobody signed, before the one that somebody did, ends nothing and hides nothing.
  for (const [end, ended] of events.entries()) {
    if (end < index || (ended.type !== 'deploy.completed' && ended.type !== 'rollback.completed')) continue;
    if ((await holds(started, index)) && (await holds(ended, end))) return proven;
    if (await isProtected(ended.hash)) return proven;
  }
  return undefined;
}
