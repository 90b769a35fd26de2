import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import { sha256 } from '../../plan/digest.ts';
import { formatSpan } from '../../text/figures.ts';
import { describeNetworkError } from '../http/bounded-fetch.ts';
import { isLoopback, openTunnel, TunnelRefused, tunnelFor } from '../http/proxy.ts';
import type { Delivery } from './delivery.ts';
import { cutTo, wordingOf } from './wording.ts';

/** The mail channel of the configuration. */
export interface SmtpChannel {
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly userFrom?: string | undefined;
  readonly passwordFrom?: string | undefined;
  readonly invitations?: boolean | undefined;
}

const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+$/;

/**
 * Sends a mail. Those of the informed who are e-mail addresses get a copy. With a password the connection must become
 * encrypted first, unless it stays on this machine. A recipient that the server refuses is a failure.
 */
export async function sendToSmtp(delivery: Delivery, channel: SmtpChannel): Promise<void> {
  const { message } = delivery;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  const odd = [channel.from, ...channel.to].find((address) => /[\u0000-\u001f\u007f]/.test(address));
  if (odd !== undefined)
    throw delivery.failed('one of its addresses in relctl.yaml has a line end or control character in it');
  const auth = readLogin(delivery, channel);
  const { title, text, facts } = wordingOf(message);
  const known = channel.to.join(' ').toLowerCase();
  // A calendar takes an invitation only of a mail that reached its attendee.
  const invitation = channel.invitations === true ? message.invitation : undefined;
  const wanted = [...new Set([...message.informed, ...(invitation?.attendees ?? [])])];
  const copies = wanted.filter((name) => ADDRESS.test(name) && !known.includes(name.toLowerCase()));
  // Loaded here, because most commands send no mail.
  const { createTransport } = await import('nodemailer');
  let socket: Duplex | undefined;
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    const options: SMTPTransportOptions = {
      host: channel.host,
      port: channel.port,
      secure: channel.port === 465,
      requireTLS: auth !== undefined && channel.port !== 465 && !isLoopback(channel.host),
      ...(auth === undefined ? {} : { auth }),
      disableFileAccess: true,
      disableUrlAccess: true,
      // Our own socket, so that the deadline can end the exchange whatever the server is doing.
      getSocket: (_options, callback) => {
        reach(delivery, channel, closing.signal).then(
          (opened) => {
            socket = opened;
            callback(null, { connection: opened });
          },
          (error: Error) => callback(error),
        );
      },
    };
    const transport = createTransport(options);
    const sent = transport.sendMail({
      from: channel.from,
      to: [...channel.to],
      ...(copies.length === 0 ? {} : { cc: copies }),
      subject: cutTo(title, 200),
      text: `${text}\n\n${facts.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`,
      ...(invitation === undefined
        ? {}
        : { icalEvent: { method: invitation.method, filename: 'invite.ics', content: invitation.text } }),
      messageId: messageId(message.key, channel.from),
      date: new Date(message.at),
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Relctl-Topic': message.topic },
    });
    const overdue = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(
          delivery.failed(`the mail server ${channel.host} did not take it within ${formatSpan(delivery.timeout)}`),
        );
        closing.abort();
        socket?.destroy();
      }, delivery.timeout);
    });
    const receipt = await Promise.race([sent, overdue]);
    if (receipt.rejected.length > 0) throw delivery.failed(`the mail server refused ${receipt.rejected.join(', ')}`);
  } catch (error) {
    throw isNotificationFailure(error) ? error : delivery.failed(describeMailError(delivery, channel, error));
  } finally {
    clearTimeout(timer);
    socket?.destroy();
  }
}

/** Derived from the key alone, so that mail programs and people recognise a repeated mail as the same. */
export function messageId(key: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'relctl.invalid';
  return `<relctl.${sha256(key).slice(0, 40)}@${domain}>`;
}

function readLogin(
  delivery: Delivery,
  channel: SmtpChannel,
): { readonly user: string; readonly pass: string } | undefined {
  if (channel.userFrom === undefined && channel.passwordFrom === undefined) return undefined;
  if (channel.userFrom === undefined || channel.passwordFrom === undefined) {
    throw delivery.failed('it needs both userFrom and passwordFrom in relctl.yaml, or neither');
  }
  return { user: delivery.secret(channel.userFrom), pass: delivery.secret(channel.passwordFrom) };
}

/** A connection to the mail server: through the proxy that the environment names, or straight. */
function reach({ io }: Delivery, { host, port }: SmtpChannel, signal: AbortSignal): Promise<Socket> {
  const proxy = tunnelFor(host, port, io.env);
  // What an HTTP proxy gives for CONNECT is the socket to it.
  if (proxy !== undefined) return openTunnel(proxy, host, port, signal) as Promise<Socket>;
  return new Promise((resolve, reject) => {
    const opened = connect({ host, port, signal });
    opened.once('error', reject);
    opened.once('connect', () => {
      opened.removeListener('error', reject);
      resolve(opened);
    });
  });
}

function isNotificationFailure(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'notification.failed';
}

function describeMailError(delivery: Delivery, channel: SmtpChannel, error: unknown): string {
  if (error instanceof TunnelRefused)
    return `the mail server ${channel.host}:${channel.port}: ${error.message}; NO_PROXY names hosts that need none`;
  const { response, responseCode, code } = error as { response?: unknown; responseCode?: unknown; code?: unknown };
  const where = `the mail server ${channel.host}:${channel.port}`;
  if (typeof response === 'string')
    return `${where} answered ${responseCode ?? ''} ${delivery.codeIn(response)}`.trimEnd();
  const network = describeNetworkError(error);
  if (/\((ECONN|ENOTFOUND|EAI|EHOST|ENET)/.test(network)) return `${where}: ${network}`;
  return `${where} could not be talked to (${typeof code === 'string' ? code : 'unknown'})`;
}
