import { wantsTopic } from '../../domain/process/topics.ts';
import { RelctlError } from '../../errors.ts';
import type { Channel } from '../../plan/config.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { sendToCommand } from './command.ts';
import { type Delivery, type HookIo, prepareDelivery } from './delivery.ts';
import { sendToSlack } from './slack.ts';
import { sendToSmtp } from './smtp.ts';
import { sendToTeams } from './teams.ts';
import { sendToWebhook } from './webhook.ts';

/**
 * The notifier port on the channels of `relctl.yaml`. Each delivery has the channel's deadline and is tried once: what fails
 * stays in the plan's outbox and goes out under the same key when the command is given again.
 *
 * Secrets are looked up in `io.env` by the names that the configuration gives, at the moment of sending, and are taken out of
 * every error.
 */
export function createNotifier(channels: readonly Channel[], io: HookIo): Notifier {
  return {
    channelsFor: (topic) =>
      channels.filter((channel) => wantsTopic(channel, topic)).map(({ name, required }) => ({ name, required })),
    send: async (name, message) => {
      const channel = channels.find((candidate) => candidate.name === name);
      if (channel === undefined) throw unknownChannel(name, channels);
      await deliver(channel, prepareDelivery(channel, message, durationSeconds(channel.timeout) * 1000, io));
    },
  };
}

function deliver(channel: Channel, delivery: Delivery): Promise<void> {
  switch (channel.kind) {
    case 'command':
      return sendToCommand(delivery, channel.command);
    case 'webhook':
      return sendToWebhook(delivery, channel);
    case 'slack':
      return sendToSlack(delivery, channel);
    case 'teams':
      return sendToTeams(delivery, channel);
    case 'smtp':
      return sendToSmtp(delivery, channel);
  }
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
