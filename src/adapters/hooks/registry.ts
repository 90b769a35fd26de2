import type { Channel } from '../../plan/config.ts';
import { byName } from '../../text/by-name.ts';
import type { ChannelKind } from './channel-kind.ts';
import { sendToCommand } from './command.ts';
import { sendToPagerDuty } from './pagerduty.ts';
import { sendToSlack } from './slack.ts';
import { sendToSmtp } from './smtp.ts';
import { sendToTeams } from './teams.ts';
import { sendToWebhook } from './webhook.ts';

type Settings<K extends Channel['kind']> = Extract<Channel, { readonly kind: K }>;
type BuiltIn = Exclude<Channel['kind'], 'registered'>;

/** The channels that relctl brings, by their `kind`; relctl.yaml's schema knows their settings. */
const BUILT_IN: { readonly [K in BuiltIn]: ChannelKind<Settings<K>> } = {
  command: { send: (delivery, { command }) => sendToCommand(delivery, command) },
  webhook: { send: sendToWebhook },
  slack: { send: sendToSlack },
  teams: { send: sendToTeams },
  smtp: { send: sendToSmtp },
  pagerduty: { send: sendToPagerDuty },
};

/** Every channel by its name. What is added here is written in relctl.yaml as `{ kind: registered, channel: <key>, … }`. */
// biome-ignore lint/suspicious/noExplicitAny: each channel knows its own settings.
export const CHANNEL_KINDS: Readonly<Record<string, ChannelKind<any>>> = byName({ ...BUILT_IN });
