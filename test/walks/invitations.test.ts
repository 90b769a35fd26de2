import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import { afterEach, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { createNotifier } from '../../src/adapters/hooks/notifier.ts';
import type { Notifier } from '../../src/ports/notifier.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { type Company, openCompany } from '../support/company.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { type StartedSmtpServer, startSmtpServer } from '../support/smtp-server.ts';

/** Invitations as a real SMTP server gets them, read by two libraries that relctl does not write them with. */

let company: Company;
let server: StartedSmtpServer;
afterEach(async () => {
  company.close();
  await server.stop();
});

async function open(): Promise<Notifier> {
  company = await openCompany();
  server = await startSmtpServer();
  const channel = {
    kind: 'smtp' as const,
    name: 'mail',
    topics: ['*'],
    required: true,
    timeout: '10s',
    host: '127.0.0.1',
    port: server.port,
    from: 'relctl@example.com',
    to: ['releases@example.com'],
    invitations: true,
  };
  return createNotifier([channel], { env: {}, exec });
}

/** The part of a mail that calendars read: its method, and what two readers make of it. */
function entryOf(source: string) {
  const part = source.split(/\r\n--[^\r\n]+\r\n/).find((one) => /^Content-Type: text\/calendar/im.test(one)) ?? '';
  const split = part.indexOf('\r\n\r\n');
  const headers = part.slice(0, split).replace(/\r\n[ \t]+/g, ' ');
  const body = part.slice(split + 4);
  const method = /method=(\w+)/i.exec(headers)?.[1] ?? '';
  const text = /encoding: base64/i.test(headers) ? Buffer.from(body, 'base64').toString('utf8') : quotedPrintable(body);
  const component = new ICAL.Component(ICAL.parse(text));
  const event = new ICAL.Event(component.getFirstSubcomponent('vevent') as ICAL.Component);
  const read = Object.values(nodeIcal.sync.parseICS(text)).find((one) => one?.type === 'VEVENT');
  if (read?.type !== 'VEVENT') throw new Error(`no event in ${text}`);
  return {
    method,
    stated: component.getFirstPropertyValue('method'),
    uid: [event.uid, read.uid],
    sequence: [Number(event.sequence), Number(read.sequence)],
    start: [event.startDate.toJSDate().toISOString(), new Date(read.start).toISOString()],
    status: [event.component.getFirstPropertyValue('status'), read.status],
    attendees: event.attendees.map((one) => String(one.getFirstValue()).replace(/^mailto:/i, '')),
  };
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

describe('the change window in people’s calendars', () => {
  it('comes with the submission, to all who take part, and is taken away by a No-Go under the same UID', async () => {
    const notifier = await open();
    await submitCab(company.as(PEOPLE.rdLead, { notifier }), company.id, {});
    const [mail] = server.mails;
    const request = entryOf(mail?.source ?? '');
    const uid = `${company.id}.window@relctl.dev`;
    const start = '2026-12-03T19:00:00.000Z';
    expect(request).toMatchObject({
      method: 'REQUEST',
      stated: 'REQUEST',
      uid: [uid, uid],
      start: [start, start],
      status: ['CONFIRMED', 'CONFIRMED'],
    });
    expect(request.attendees).toEqual(expect.arrayContaining([PEOPLE.rdLead, ...PEOPLE.operations, ...PEOPLE.cab]));
    // Whoever is invited got the mail.
    expect(mail?.recipients).toEqual(expect.arrayContaining(request.attendees));
    const no = { decision: 'no-go', comment: 'no security review', conditions: [] };
    await signoffCab(company.as(PEOPLE.cab[0], { notifier }), company.id, no);
    const cancel = entryOf(server.mails[1]?.source ?? '');
    expect(cancel).toMatchObject({
      method: 'CANCEL',
      stated: 'CANCEL',
      uid: [uid, uid],
      status: ['CANCELLED', 'CANCELLED'],
    });
    expect(cancel.sequence[0]).toBeGreaterThan(request.sequence[0] ?? 0);
    expect(cancel.sequence[1]).toBe(cancel.sequence[0]);
  });
});
