import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelctlError } from '../../src/errors.ts';
import type { Message, Notifier } from '../../src/ports/notifier.ts';

/** A notifier with one channel whose deliveries can be seen and made to fail. */
export interface NotifierWorld {
  readonly notifier: Notifier;
  /** A channel that wants the topic `deploy.starting`. */
  readonly channel: string;
  /** What has arrived over the channel so far, as text in which key and wording can be found. */
  received(): Promise<readonly string[]>;
  /** From now on deliveries fail, for as long as it is on. */
  setBroken(broken: boolean): Promise<void>;
  stop?(): Promise<void>;
}

/** A message; tests change what they are about. */
export function sampleMessage(changes: Partial<Message> = {}): Message {
  return {
    key: '2026-12-wallet-checkout/deploy.starting/1',
    topic: 'deploy.starting',
    release: '2026-12-wallet-checkout',
    feature: 'Wallet checkout',
    text: 'Production Deployment starting: Wallet checkout.',
    at: '2026-12-03T19:00:00Z',
    informed: ['marketing'],
    simulated: false,
    ...changes,
  };
}

/** What every {@link Notifier} must do. */
export function describeNotifierContract(name: string, open: () => Promise<NotifierWorld>): void {
  describe(`notifier contract: ${name}`, () => {
    let world: NotifierWorld;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(async () => {
      await world?.stop?.();
    });

    it('offers the channel for a topic that it wants', () => {
      const names = world.notifier.channelsFor('deploy.starting').map((channel) => channel.name);
      expect(names).toContain(world.channel);
    });

    it('delivers the wording, under the key', async () => {
      const message = sampleMessage({ key: 'contract-delivers' });
      await world.notifier.send(world.channel, message);
      const arrived = (await world.received()).filter((text) => text.includes('contract-delivers'));
      expect(arrived).toHaveLength(1);
      expect(arrived[0]).toContain(message.text);
    });

    it('fails with a coded error that names the channel, and delivers once it can again', async () => {
      const message = sampleMessage({ key: 'contract-fails' });
      await world.setBroken(true);
      const error = await world.notifier.send(world.channel, message).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      await world.setBroken(false);
      expect(error).toBeInstanceOf(RelctlError);
      expect(error).toMatchObject({ code: 'notification.failed', message: expect.stringContaining(world.channel) });
      expect((error as RelctlError).hints.length).toBeGreaterThan(0);

      await world.notifier.send(world.channel, message);
      expect((await world.received()).join('\n')).toContain('contract-fails');
    });
  });
}
