import type { ChannelKind } from '../../src/adapters/hooks/channel-kind.ts';

/** Messages that the channel below has carried, in order. */
export const carried: string[] = [];

/** A channel as somebody outside of relctl would add it, with a secret by the name of a variable. */
export const pigeon: ChannelKind<{ readonly loftFrom: string }> = {
  async send(delivery, { loftFrom }) {
    const loft = delivery.secret(loftFrom);
    if (loft === 'closed') throw delivery.failed(`the loft ${loft} takes no pigeons`);
    carried.push(`${delivery.message.topic} to ${loft}`);
  },
};
