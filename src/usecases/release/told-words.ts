import { eventOfKey } from '../../domain/cd-events/outbox.ts';
import { notedEvent } from '../../domain/change-record/notes.ts';
import type { OutboxEntry } from '../../domain/history/state.ts';
import { isForPrograms } from '../../domain/process/topics.ts';
import { WITHOUT_SIGNATURE } from '../../plan/unsigned.ts';
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

/** What kind of unsigned event the words come from; `undefined` where they follow from the policy, or from what is signed. */
function unprovedKind(release: Release, { key, topic, text }: OutboxEntry): string | undefined {
  const { journal } = release;
  const { plan, counted } = journal;
  const noted = notedEvent(plan.id, plan.events, { key, topic, text });
  if (noted !== undefined) {
    const isComputed = WITHOUT_SIGNATURE[noted.type] === 'computed' && counted.includes(noted);
    return isComputed || journal.proves(noted) ? undefined : noted.type;
  }
  if (isForPrograms(topic)) return eventOfKey(plan, plan.events, key) === undefined ? 'message' : undefined;
  return isWorded(release, { topic, text }) && !leavesWords(release, topic) ? undefined : 'message';
}
