import { eventOfKey } from '../../domain/cd-events/outbox.ts';
import { CHANGE_RECORD, notedEvent } from '../../domain/change-record/notes.ts';
import type { OutboxEntry } from '../../domain/history/state.ts';
import { isForPrograms } from '../../domain/process/topics.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import { invitationOf } from '../../domain/schedule/invitations.ts';
import { RelctlError } from '../../errors.ts';
import type { Topic } from '../../plan/policy.ts';
import type { CalendarInvitation } from '../../ports/notifier.ts';
import { tellChangeRecord } from '../change-record/tell.ts';
import type { Context } from './context.ts';
import type { Entry } from './journal.ts';
import { isWorded, messageOf, recorded, type Told, type Wording } from './message.ts';
import type { Release } from './open.ts';
import { mayInvite, toldWords } from './told-words.ts';

/**
 * Tells people. The message is put into the outbox before it is sent and ticked off channel by channel afterwards, so that a
 * crash neither loses it nor repeats it unseen: what is sent twice carries the same key.
 * @param occasion makes the key unique where a topic may come again, such as an attempt number
 * @param told what it tells of, which is recorded already: a message that was queued before that is somebody else's
 * @throws RelctlError `notification.failed` only for a channel that relctl.yaml marks as required
 */
export function notify(
  context: Context,
  release: Release,
  topic: Topic,
  occasion: string,
  wording: Wording = {},
  told: readonly Told[] = [],
): Promise<void> {
  return queueAndTell(context, release, { happened: [], told }, topic, occasion, wording);
}

/**
 * Records what happened and tells people of it. The message is queued in the write that records what it tells of: a crash in
 * between would leave a step that is done, is not repeated, and that nobody ever hears of.
 * @throws RelctlError as {@link notify}, and those of the journal
 */
export function recordAndTell(
  context: Context,
  release: Release,
  happened: readonly Entry[],
  topic: Topic,
  occasion: string,
  wording: Wording = {},
): Promise<void> {
  // What happens now may be recorded already, as by a run that was killed after it.
  const told = happened.filter(([type]) => type !== 'notification.queued').map(([type, data]) => recorded(type, data));
  return queueAndTell(context, release, { happened, told }, topic, occasion, wording);
}

async function queueAndTell(
  context: Context,
  release: Release,
  { happened, told }: { readonly happened: readonly Entry[]; readonly told: readonly Told[] },
  topic: Topic,
  occasion: string,
  wording: Wording,
): Promise<void> {
  const { key, entries: message } = messageOf(context, release, topic, occasion, wording, told);
  const entries = [...happened, ...message];
  if (entries.length > 0) await release.journal.recordAll(entries);
  await deliver(context, release, key);
  await flushChangeRecord(context, release);
}

/** Brings the change record up to date at the same moments at which people are told. */
async function flushChangeRecord(context: Context, release: Release): Promise<void> {
  await deliverEach(context, release, (entry) => undelivered(entry).includes(CHANGE_RECORD));
}

/** Sends what earlier commands queued and could not deliver, or did not live to. */
export async function flushOutbox(
  context: Context,
  release: Release,
  wanted: (topic: string) => boolean = () => true,
): Promise<void> {
  await queueUnsent(context, release);
  await deliverEach(context, release, (entry) => wanted(entry.topic));
}

/**
 * Queues again what this machine knows not to have arrived, where the record says that it has, or nothing: where people sign, whoever may push
 * must not keep a message from them.
 */
async function queueUnsent({ unsent }: Pick<Context, 'unsent'>, { journal, signing }: Release): Promise<void> {
  if (unsent === undefined || signing.sealing === undefined) return;
  for (const { key, topic, text, channels } of await unsent.of(journal.plan.id)) {
    const known = journal.state.outbox.find((entry) => entry.key === key);
    const isWaiting = known?.text === text && channels.every((channel) => undelivered(known).includes(channel));
    if (!isWaiting) await journal.record('notification.queued', { key, topic, text, channels: [...channels] });
  }
}

async function deliverEach(context: Context, release: Release, wanted: (entry: OutboxEntry) => boolean): Promise<void> {
  const { journal } = release;
  for (const entry of journal.state.outbox) {
    if (!wanted(entry) || waitingIn(context, release, entry).length === 0 || !isOwn(context, release, entry)) continue;
    await deliver(context, release, entry.key);
    const isToChange = entry.channels.includes(CHANGE_RECORD);
    const failed = journal.state.outbox.some((one) => one.key === entry.key && undelivered(one).length > 0);
    // Whoever did not answer once is not asked again for each note: the next one tells all of it.
    if (isToChange && failed) return;
  }
}

/** True for what relctl queues: where people sign, nobody's channels are told what somebody else has written into the record. */
function isOwn(context: Pick<Context, 'notifier' | 'clock'>, release: Release, entry: OutboxEntry): boolean {
  if (release.signing.sealing === undefined) return true;
  const { plan } = release.journal;
  if (entry.channels.includes(CHANGE_RECORD)) {
    return entry.channels.length === 1 && notedEvent(plan.id, plan.events, entry) !== undefined;
  }
  const wanting = context.notifier.channelsFor(entry.topic).map((channel) => channel.name);
  if (!waitingIn(context, release, entry).every((channel) => wanting.includes(channel))) return false;
  return isForPrograms(entry.topic) ? eventOfKey(plan, plan.events, entry.key) !== undefined : isWorded(release, entry);
}

async function deliver(context: Context, release: Release, key: string): Promise<void> {
  const { journal } = release;
  const entry = journal.state.outbox.find((one) => one.key === key);
  if (entry === undefined) return;
  const required = new Set(
    context.notifier
      .channelsFor(entry.topic)
      .filter((channel) => channel.required)
      .map((channel) => channel.name),
  );
  const told = { ...entry, text: await toldWords(context, release, entry) };
  // A program reads no words: of what nobody signed it is told nothing, or it would act on it.
  if (isForPrograms(entry.topic) && !entry.channels.includes(CHANGE_RECORD) && told.text !== entry.text) return;
  const remember = async (channels: readonly string[]) => {
    // What somebody else may have queued is not remembered as this machine's.
    if (release.signing.sealing === undefined || told.text !== entry.text) return;
    await context.unsent?.remember(journal.plan.id, { key, topic: entry.topic, text: entry.text, channels });
  };
  let waiting = waitingIn(context, release, entry);
  if (waiting.length > 0) await remember(waiting);
  for (const channel of waiting) {
    const failure = await attempt(context, release, told, channel);
    context.sink.emit({ type: 'notified', topic: entry.topic, channel, ok: failure === undefined, text: told.text });
    if (failure === undefined) {
      await journal.record('notification.sent', { key, channel });
      waiting = waiting.filter((one) => one !== channel);
      await remember(waiting);
      continue;
    }
    // A second failure of the same kind says nothing new.
    if (!entry.failed.includes(channel)) {
      await journal.record('notification.failed', { key, channel, reason: failure.message });
    }
    if (required.has(channel)) throw failure;
  }
}

function undelivered(entry: OutboxEntry): readonly string[] {
  return entry.channels.filter((channel) => !entry.sent.includes(channel));
}

/** For so long a message is sent again that had failed, and that only somebody without a key says to have arrived: twice is better than never. */
const SENT_AGAIN_MS = 24 * 3_600_000;

function waitingIn({ clock }: Pick<Context, 'clock'>, { signing }: Release, entry: OutboxEntry): readonly string[] {
  const isRecent = clock.now() - timeOf(entry.at) < SENT_AGAIN_MS;
  const doubted = signing.sealing !== undefined && isRecent ? entry.doubted : [];
  return entry.channels.filter((channel) => !entry.sent.includes(channel) || doubted.includes(channel));
}

async function attempt(
  context: Context,
  release: Release,
  entry: OutboxEntry,
  channel: string,
): Promise<RelctlError | undefined> {
  const { plan } = release.journal;
  if (channel === CHANGE_RECORD) return attemptChange(context, release, entry);
  const event = eventOfKey(plan, plan.events, entry.key);
  const invitation = await calendarEntry(context, release, entry);
  try {
    await context.notifier.send(channel, {
      key: entry.key,
      topic: entry.topic,
      release: plan.id,
      feature: plan.metadata.feature,
      text: entry.text,
      at: entry.at,
      informed: plan.spec.owners.informed,
      simulated: context.environments.simulated,
      ...(event === undefined ? {} : { event }),
      ...(invitation === undefined ? {} : { invitation }),
    });
    return undefined;
  } catch (error) {
    if (error instanceof RelctlError) return error;
    throw error;
  }
}

async function attemptChange(context: Context, release: Release, entry: OutboxEntry): Promise<RelctlError | undefined> {
  try {
    await tellChangeRecord(context, release, entry);
    return undefined;
  } catch (error) {
    if (error instanceof RelctlError && (error.code === 'change-record.failed' || error.code === 'config.unreviewed'))
      return error;
    throw error;
  }
}

async function calendarEntry(
  { documents }: Pick<Context, 'documents'>,
  release: Release,
  told: OutboxEntry,
): Promise<CalendarInvitation | undefined> {
  const { plan, counted, state } = release.journal;
  const isWhole = state.outbox.some((one) => one.key === told.key && one.text === told.text);
  if (!isWhole && !mayInvite(release, told.topic)) return undefined;
  const entry = invitationOf({ ...plan, events: counted }, told.key);
  if (entry === undefined) return undefined;
  const method = entry.cancelled === true ? 'CANCEL' : 'REQUEST';
  return { method, text: await documents.invitation(entry), attendees: entry.attendees };
}
