import { RelctlError } from '../../errors.ts';
import type { Channel } from '../../plan/config.ts';
import type { Message } from '../../ports/notifier.ts';
import type { exec } from '../exec.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { type Environment, redact, secretsIn } from './redact.ts';

/** What channels work through. */
export interface HookIo {
  /** Where the names in `urlFrom`, `userFrom` and `passwordFrom` are looked up. */
  readonly env: Environment;
  readonly exec: typeof exec;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** One delivery to one channel: its deadline, the secrets it may use, and its way to fail. */
export interface Delivery {
  readonly message: Message;
  /** Milliseconds for the whole delivery. */
  readonly timeout: number;
  readonly io: HookIo;
  /** The value of an environment variable that the channel names; throws `notification.failed` when it is not set. */
  secret(name: string): string;
  /**
   * The code word of what a server said, such as `no_service` or `5.7.8`; '' where there is none. Nothing else of it is repeated: servers
   * send back what they were sent, in forms that nobody foresees, and the failure is recorded in the repository.
   */
  codeIn(text: string): string;
  /** `notification.failed`, saying what happened; secrets are taken out. */
  failed(problem: string, ...hints: readonly string[]): RelctlError;
}

/** Enough for any answer to a hook. */
const MAX_ANSWER = 64 * 1024;

/** A code of an API in snake case, or an enhanced status code of a mail server (RFC 3463). */
const CODE_WORD = /\b(?:[a-z]{2,20}(?:_[a-z]{2,20}){1,4}|[245]\.\d{1,3}\.\d{1,3})\b/;

/** Prepares a delivery of a message to a channel. */
export function prepareDelivery(channel: Channel, message: Message, timeout: number, io: HookIo): Delivery {
  // Settings that name an environment variable end in From, in every channel.
  const named = Object.entries(channel).flatMap(([field, name]) =>
    field.endsWith('From') && typeof name === 'string' ? [name] : [],
  );
  const inline = 'url' in channel && typeof channel.url === 'string' ? [channel.url] : [];
  const secrets = [...secretsIn(io.env, named), ...inline];
  const failed = (problem: string, ...hints: readonly string[]) =>
    new RelctlError(
      'notification.failed',
      redact(`channel ${channel.name} (${channel.kind}) did not take "${message.topic}": ${problem}`, secrets),
      {
        why: 'Those who should know of this step have not been told.',
        hints: [...hints, 'relctl doctor', 'give the same command again: what was not delivered is sent then'].map(
          (hint) => redact(hint, secrets),
        ),
        data: { channel: channel.name, kind: channel.kind, topic: message.topic, key: message.key },
      },
    );
  return {
    message,
    timeout,
    io,
    failed,
    codeIn: (text) => CODE_WORD.exec(redact(text.slice(0, MAX_ANSWER), secrets))?.[0] ?? '',
    secret: (name) => {
      const value = io.env[name];
      if (value !== undefined && value !== '') return value;
      throw failed(`the environment variable ${name}, which holds its secret, is not set`, `export ${name}=…`);
    },
  };
}

/** What an answer with a good status says against it; `undefined` when it says nothing. */
export type Objection = (body: string) => string | undefined;

/** JSON that says no: `{"ok":false}` of Slack, `{"success":false}` of Rocket.Chat, `{"error":"…"}` of many. */
export const saysNo: Objection = (body) => {
  if (!body.trimStart().startsWith('{')) return undefined;
  try {
    const { ok, success, error } = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const isNo = ok === false || success === false || (typeof error === 'string' && error !== '');
    return isNo ? body : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Posts JSON to the URL of a channel; a 2xx is a delivery, unless its body says otherwise. A redirect is a failure: the message would go where nobody
 * configured it to go.
 */
export async function postJson(
  delivery: Delivery,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  objection: Objection = saysNo,
): Promise<void> {
  const { address, authorization } = readUrl(delivery, url);
  const answer = await boundedFetch(
    address,
    {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    },
    { timeout: delivery.timeout, maxBytes: MAX_ANSWER, cut: true, fetch: delivery.io.fetch },
  );
  if (!answer.ok) throw delivery.failed(answer.detail);
  if (answer.status >= 200 && answer.status < 300) {
    const no = objection(answer.body);
    if (no === undefined) return;
    throw delivery.failed(`HTTP ${answer.status}, but its body says no${inBrackets(delivery.codeIn(no))}`);
  }
  if (answer.status >= 300 && answer.status < 400) {
    throw delivery.failed(`it redirects elsewhere (HTTP ${answer.status}), which is not followed`);
  }
  throw delivery.failed(`HTTP ${answer.status}${inBrackets(delivery.codeIn(answer.body))}`);
}

function inBrackets(code: string): string {
  return code === '' ? '' : ` (${code})`;
}

/** Splits user and password off a URL, since fetch refuses one that carries them. */
function readUrl(delivery: Delivery, url: string): { readonly address: string; readonly authorization?: string } {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw delivery.failed('its URL is not an http or https URL');
  }
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '') return { address: parsed.href };
  const pair = `${decodePart(parsed.username)}:${decodePart(parsed.password)}`;
  parsed.username = '';
  parsed.password = '';
  return { address: parsed.href, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
