import { wantsTopic } from '../../domain/process/topics.ts';
import { RelctlError } from '../../errors.ts';
import type { Channel } from '../../plan/config.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { type Delivery, type HookIo, prepareDelivery } from './delivery.ts';
import { CHANNEL_KINDS } from './registry.ts';

type Kinds = typeof CHANNEL_KINDS;

/**
 * The notifier port on the channels of `relctl.yaml`. Each delivery has the channel's deadline and is tried once: what fails
 * stays in the plan's outbox and goes out under the same key when the command is given again.
 *
 * Secrets are looked up in `io.env` by the names that the configuration gives, at the moment of sending, and are taken out of
 * every error.
 */
export function createNotifier(channels: readonly Channel[], io: HookIo, kinds: Kinds = CHANNEL_KINDS): Notifier {
  return {
    channelsFor: (topic) =>
      channels.filter((channel) => wantsTopic(channel, topic)).map(({ name, required }) => ({ name, required })),
    send: async (name, message) => {
      const channel = channels.find((candidate) => candidate.name === name);
      if (channel === undefined) throw unknownChannel(name, channels);
      await deliver(channel, prepareDelivery(channel, message, durationSeconds(channel.timeout) * 1000, io), kinds);
    },
  };
}

function deliver(channel: Channel, delivery: Delivery, kinds: Kinds): Promise<void> {
  const key = channel.kind === 'registered' ? channel.channel : channel.kind;
  const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
  if (kind !== undefined) return kind.send(delivery, channel);
  throw delivery.failed(`relctl has no channel ${key}`, `channels that it has: ${Object.keys(kinds).join(', ')}`);
}

function unknownChannel(name: string, channels: readonly Channel[]): RelctlError {
  return new RelctlError('notification.failed', `there is no channel ${name} in relctl.yaml`, {
    why: 'A message that waits for it can never be delivered.',
    hints: [
      `add ${name} to notifications in relctl.yaml again`,
      `channels there now: ${channels.map((channel) => channel.name).join(', ') || 'none'}`,
    ],
    data: { channel: name },
  });
}
