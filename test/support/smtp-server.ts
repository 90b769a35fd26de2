import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail that the test's server took. */
export interface TakenMail {
  readonly from: string;
  readonly recipients: readonly string[];
  /** Headers and body as they came over the wire. */
  readonly source: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** A real SMTP server of the test's own on loopback. */
export interface StartedSmtpServer {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  stop(): Promise<void>;
}

/**
 * Starts a mail server. By default it asks for no login and takes everything.
 * @param answer what happens once a mail is there; a mail that is never answered stays open until the client goes away
 */
export async function startSmtpServer(
  options: SMTPServerOptions = {},
  answer: (done: (refusal?: Error) => void) => void = (done) => done(),
): Promise<StartedSmtpServer> {
  const mails: TakenMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? '' }),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          recipients: rcptTo.map((recipient) => recipient.address),
          source: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
          user: session.user,
        });
        answer(done);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
