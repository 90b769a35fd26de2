import type { Channel, Config } from '../../plan/config.ts';

/** Types of events for programs begin so; topics of messages for people do not. */
const FOR_PROGRAMS = /^dev\.(cdevents|relctl)\./;

/** True for the topic of an event for programs; any other is of a message for people. */
export function isForPrograms(topic: string): boolean {
  return FOR_PROGRAMS.test(topic);
}

/** True for a channel that gets transitions as events for programs instead of messages for people. */
function goesToPrograms(channel: Channel): boolean {
  return channel.kind === 'webhook' && channel.format === 'cdevents';
}

/** Whether a channel wants a topic: `*` is all of its sort, `deploy.*` those that begin so, anything else itself. */
export function wantsTopic(channel: Channel, topic: string): boolean {
  if (isForPrograms(topic) !== goesToPrograms(channel)) return false;
  return channel.topics.some((wanted) =>
    wanted.endsWith('*') ? topic.startsWith(wanted.slice(0, -1)) : wanted === topic,
  );
}

/** Names of the channels that want an event for programs. */
export function eventChannels(config: Pick<Config, 'notifications'>, type: string): readonly string[] {
  return config.notifications.filter((channel) => wantsTopic(channel, type)).map((channel) => channel.name);
}
