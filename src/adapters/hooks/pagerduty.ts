import type { Channel } from '../../plan/config.ts';
import { byName } from '../../text/by-name.ts';
import { type Delivery, postJson } from './delivery.ts';

type PagerDutyChannel = Extract<Channel, { readonly kind: 'pagerduty' }>;

/** How bad what a topic tells is; whatever is not here is for information. */
const SEVERITIES: Readonly<Record<string, 'critical' | 'error' | 'warning'>> = byName({
  'release.frozen': 'critical',
  'release.unattended': 'critical',
  'incident.opened': 'error',
  'release.rolled-back': 'error',
  'success.warning': 'warning',
});

/**
 * Triggers an alert by PagerDuty's Events API v2 (developer.pagerduty.com, "Send an alert event"): `dedup_key` is the key of the message, so that one that
 * is sent twice is one alert; a 202 is a delivery.
 */
export async function sendToPagerDuty(delivery: Delivery, { routingKeyFrom, url }: PagerDutyChannel): Promise<void> {
  const { message } = delivery;
  await postJson(
    delivery,
    url,
    {
      routing_key: delivery.secret(routingKeyFrom),
      event_action: 'trigger',
      dedup_key: message.key,
      client: 'relctl',
      payload: {
        summary: message.text.slice(0, 1024),
        source: `relctl release ${message.release}`,
        severity: SEVERITIES[message.topic] ?? 'info',
        timestamp: message.at,
        class: message.topic,
        custom_details: { feature: message.feature, release: message.release, simulated: message.simulated },
      },
    },
    { 'content-type': 'application/json' },
  );
}
