import { cdEventEnvelope, cloudEvent } from './cloud-event.ts';
import { type Delivery, postJson } from './delivery.ts';

/** Posts the message, or the event for programs that it carries, as a CloudEvent (structured mode) with its key as `Idempotency-Key`. */
export async function sendToWebhook(
  delivery: Delivery,
  channel: { readonly url?: string | undefined; readonly urlFrom?: string | undefined },
): Promise<void> {
  const url = channel.urlFrom === undefined ? channel.url : delivery.secret(channel.urlFrom);
  if (url === undefined) throw delivery.failed('it has neither url nor urlFrom in relctl.yaml');
  const { message } = delivery;
  const body = message.event === undefined ? cloudEvent(message) : cdEventEnvelope(message.event);
  await postJson(delivery, url, body, {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'idempotency-key': headerSafe(message.key),
  });
}

/** A header holds visible ASCII; anything else is percent-encoded. */
function headerSafe(key: string): string {
  return /^[\x21-\x7e]+$/.test(key) ? key : encodeURIComponent(key);
}
