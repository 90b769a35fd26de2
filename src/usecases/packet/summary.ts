import type { Block } from '../../domain/outcome/outcome.ts';
import type { EventOf } from '../../plan/events.ts';
import { observe } from '../planning/check/observe.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { cabPacket } from './build.ts';

/** What a member of the board should have read before voting: the figures of the packet, what to look at twice, who voted how. */
export async function packetSummary(context: Context, release: Release): Promise<readonly Block[]> {
  const { plan, state } = release.journal;
  const { round = 1 } = state.cab ?? {};
  const { glance, attention, feature } = await cabPacket(context, await observe(context, release), round);
  // A submission that nobody signed names another packet than the one that is voted on.
  const submitted = release.journal.counted.findLast(
    (event): event is EventOf<'cab.submitted'> => event.type === 'cab.submitted',
  )?.data;
  const kept = [submitted?.packet, submitted?.page].flatMap((one) => (one === undefined ? [] : [one.file]));
  const votes = (state.cab?.votes ?? []).map(
    ({ actor, data }) => `${actor} ${data.decision}${data.comment === '' ? '' : ` (${data.comment})`}`,
  );
  return [
    { kind: 'heading', text: `${feature}: the packet in short` },
    {
      kind: 'facts',
      facts: [
        ...glance.map(({ label, value, note }) => [label, note === undefined ? value : `${value}; ${note}`] as const),
        ...kept.map((file) => ['Packet', `releases/${plan.id}/${file}`] as const),
        ['Votes so far', votes.join(', ') || 'none'],
      ],
    },
    {
      kind: 'checks',
      checks: attention.map(({ tone, text }) => ({ state: tone === 'danger' ? 'failed' : 'warning', text })),
    },
  ];
}
