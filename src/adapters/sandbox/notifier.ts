import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { faultOn } from './faults.ts';
import type { World } from './world.ts';

/** Messages kept in the world, newest last. */
const KEPT = 200;

/** Delivers every message to the world's outbox, over one channel named `sandbox`; a repeated key is dropped, as receivers may. */
export function createSandboxNotifier(world: World, config: Config): Notifier {
  const required = (topic: string): boolean =>
    config.notifications.some((c) => c.required && (c.topics.includes('*') || c.topics.includes(topic)));
  return {
    channelsFor: (topic) => [{ name: 'sandbox', required: required(topic) }],
    async send(channel, message) {
      if (faultOn(world.read(), 'notification-failing')) {
        throw new RelctlError('notification.failed', `simulated: channel ${channel} did not take "${message.topic}"`, {
          why: 'Those who should know of the release may not.',
          hints: ['relctl sandbox clear --name notification-failing'],
        });
      }
      world.change((state) => {
        if (state.outbox.some((each) => each.key === message.key)) return;
        state.outbox = [...state.outbox, { ...message, informed: [...message.informed], simulated: true }].slice(-KEPT);
      });
    },
  };
}
