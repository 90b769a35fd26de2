import { sourceOfKey } from '../../domain/cd-events/outbox.ts';
import { notedEvent } from '../../domain/change-record/notes.ts';
import type { OutboxEntry } from '../../domain/history/state.ts';
import { isForPrograms } from '../../domain/process/topics.ts';
import { actOf, staysUnproved } from '../../domain/signing/acts.ts';
import type { EventType, RecordedEvent } from '../../plan/events.ts';
import type { Topic } from '../../plan/policy.ts';
import { WITHOUT_SIGNATURE } from '../../plan/unsigned.ts';
import { ownOf } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from './context.ts';
import { isWorded, leavesWords } from './message.ts';
import type { Release } from './open.ts';

/**
 * The words that people are told of a message. Where people sign, those of an event that nobody signed are left out: whoever may push could else have
 * the company's own channels say what they like, in its name. Then only that such an event was recorded is told, and how it is looked at. What
 * this run or this machine has queued, and what follows from the policy or from a signed event, is told as it is.
 */
export async function toldWords(
  { unsent }: Pick<Context, 'unsent'>,
  release: Release,
  entry: OutboxEntry,
): Promise<string> {
  const { journal, signing } = release;
  const { key, topic, text } = entry;
  if (signing.sealing === undefined) return text;
  const queued = journal.counted.findLast((event) => event.type === 'notification.queued' && event.data.key === key);
  if (queued !== undefined && journal.proves(queued)) return text;
  const kind = unprovedKind(release, entry);
  if (kind === undefined) return text;
  const known = (await unsent?.of(journal.plan.id)) ?? [];
  if (known.some((one) => one.key === key && one.topic === topic && one.text === text)) return text;
  const { id } = journal.plan;
  return `An unsigned ${kind} was recorded for ${id}, and its words are left out; see: ${command`relctl audit ${id}`}`;
}

/**
 * Whether a message whose words were left out may still bring its calendar entry, which is made from what it tells of. Whom a review is
 * held with nobody signs.
 */
export function mayInvite(release: Release, topic: string): boolean {
  return ownOf(TELLS_OF, topic) !== undefined && hasHappened(release, topic);
}

/** What kind of unsigned event the words come from; `undefined` where they follow from the policy, or from what is signed. */
function unprovedKind(release: Release, { key, topic, text }: OutboxEntry): string | undefined {
  const { plan } = release.journal;
  const isProgram = isForPrograms(topic);
  const source =
    notedEvent(plan.id, plan.events, { key, topic, text }) ??
    (isProgram ? sourceOfKey(plan, plan.events, key) : undefined);
  if (source !== undefined) return isBelieved(release, source) ? undefined : source.type;
  if (isProgram || !isWorded(release, { topic, text }) || leavesWords(release, topic)) return 'message';
  return hasHappened(release, topic) ? undefined : 'message';
}

/** What has to be recorded for a message whose words the policy leaves to nobody: that it is in these words does not make it true. */
const TELLS_OF: { readonly [T in Topic]?: EventType } = {
  'cab.submitted': 'cab.submitted',
  'cab.decided': 'cab.decided',
  'cab.meeting': 'cab.submitted',
  'deploy.starting': 'deploy.started',
  'deploy.complete': 'deploy.completed',
  'release.rolled-back': 'rollback.completed',
  'release.frozen': 'release.frozen',
  'hypercare.closed': 'hypercare.closed',
  'release.closed': 'review.closed',
  'incident.opened': 'incident.opened',
  'incident.closed': 'incident.closed',
  'plan.reopened': 'plan.reopened',
};

/** What makes the news of an event old: a new round does of all, and what one deployment came to is nothing of the next. */
function isOver(type: EventType, later: EventType): boolean {
  if (type === 'plan.reopened') return later === 'cab.submitted';
  const isOfDeployment = ['deploy.completed', 'rollback.completed', 'release.frozen'].includes(type);
  return later === 'plan.reopened' || (isOfDeployment && later === 'deploy.started');
}

function hasHappened(release: Release, topic: string): boolean {
  const type = ownOf(TELLS_OF, topic);
  if (type === undefined) return true;
  const last = release.journal.plan.events.findLast(
    (one) => (one.type === type || isOver(type, one.type)) && isBelieved(release, one),
  );
  return last?.type === type;
}

/**
 * True for what is signed, for what follows from what is, and for acts that the rules ask no signature of. What the state keeps although nothing
 * proves it is told to nobody as a fact; nor is anything that nobody could examine.
 */
function isBelieved({ journal, signing }: Release, event: RecordedEvent): boolean {
  if (journal.proves(event)) return true;
  if (signing.trouble !== undefined || !journal.counted.includes(event)) return false;
  if (WITHOUT_SIGNATURE[event.type] === 'computed') return true;
  return actOf(event) !== undefined && !staysUnproved(event);
}
