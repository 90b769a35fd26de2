import { asSomebody } from '../../domain/people/people.ts';
import { formatWindow } from '../../domain/schedule/calendar.ts';
import { sha256 } from '../../plan/digest.ts';
import type { EventType, RecordedEvent } from '../../plan/events.ts';
import type { Topic } from '../../plan/policy.ts';
import { ownOf } from '../../text/by-name.ts';
import type { Context } from './context.ts';
import type { Entry } from './journal.ts';
import type { Release } from './open.ts';

/** What a notification's wording may name beside the release itself. */
export interface Wording {
  readonly reason?: string;
  readonly command?: string;
  /** Who gives the command, where not everybody can: in the sandbox, where one person plays all of them, it is given in their name. */
  readonly by?: readonly string[];
  readonly decision?: string;
  /** Whom it concerns. */
  readonly who?: string;
  /** In place of the change window. */
  readonly window?: string;
}

/** Through which channels a message goes, and whether its readers are people of a simulated company. */
type Sending = Pick<Context, 'notifier'> & { readonly environments: Pick<Context['environments'], 'simulated'> };

/**
 * A message as it is queued, to be recorded in the write of what it tells of; no entry where it was queued before. One that was queued before
 * what it tells of was written by somebody else, who would choose what people are told, or that they are told nothing.
 */
export function messageOf(
  context: Sending,
  release: Release,
  topic: Topic,
  occasion: string,
  wording: Wording,
  told: readonly Told[] = [],
): { readonly key: string; readonly entries: readonly Entry[] } {
  const { plan, state } = release.journal;
  const key = sha256(`${plan.id} ${topic} ${occasion}`).slice(0, 32);
  const counted = release.journal.counted;
  const queued = counted.findLastIndex((event) => event.type === 'notification.queued' && event.data.key === key);
  const isQueued = state.outbox.some((entry) => entry.key === key);
  if (isQueued && told.every((one) => counted.slice(0, queued).some(one))) return { key, entries: [] };
  const channels = context.notifier.channelsFor(topic).map((channel) => channel.name);
  const text = fill(release.policy.notifications[topic], {
    feature: plan.metadata.feature,
    id: plan.id,
    window: wording.window ?? formatWindow(plan.spec.window),
    reason: wording.reason ?? '',
    command: commandOf(context, wording),
    decision: wording.decision ?? '',
    who: wording.who ?? '',
  });
  return { key, entries: [['notification.queued', { key, topic, text, channels }]] };
}

/** The command of a message, so that whoever reads it can paste it. */
function commandOf({ environments }: Sending, { command = '', by = [] }: Wording): string {
  return environments.simulated ? asSomebody(command, by, undefined) : command;
}

/** True for the event that a message tells of. */
export type Told = (event: RecordedEvent) => boolean;

/** The event of a type and, where it may come again, of a round or an attempt. */
export function recorded(type: EventType, data: object): Told {
  const about = (one: object) => {
    const { round, attempt } = one as { readonly round?: number; readonly attempt?: number };
    return `${round} ${attempt}`;
  };
  return (event) => event.type === type && about(event.data) === about(data);
}

/** What a wording names that is not known any more once the message is queued. */
const FORGOTTEN = /\{(?:window|reason|command|decision|who)\}/;

/**
 * True for a message in the words of the policy. Whoever may push could else have the company's own channels say what they like.
 * Linear in the length of the text.
 */
export function isWorded(
  { journal, policy }: Release,
  { topic, text }: { readonly topic: string; readonly text: string },
) {
  if (!Object.hasOwn(policy.notifications, topic)) return false;
  const { id, metadata } = journal.plan;
  const parts = policy.notifications[topic as Topic]
    .split(FORGOTTEN)
    .map((part) => fill(part, { feature: metadata.feature, id }));
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return from + last.length <= text.length;
}

/** True for a topic whose wording leaves something to whoever queues it. */
export function leavesWords({ policy }: Pick<Release, 'policy'>, topic: string): boolean {
  return Object.hasOwn(policy.notifications, topic) && FORGOTTEN.test(policy.notifications[topic as Topic]);
}

/** Fills `{name}` in a wording; names that are not known stay as they are. */
function fill(wording: string, values: Readonly<Record<string, string>>): string {
  return wording.replace(/\{([a-z]+)\}/g, (whole, name: string) => ownOf(values, name) ?? whole);
}
