import type { Delivery } from './delivery.ts';

/** One way to tell people. A new one is a file or folder with this and a line in the registry. */
export interface ChannelKind<Settings = unknown> {
  /**
   * Delivers the message of a delivery once. Errors: `notification.failed`, made with `delivery.failed`, so that secrets are taken
   * out of it.
   */
  send(delivery: Delivery, settings: Settings): Promise<void>;
}
