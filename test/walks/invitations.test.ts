import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import { afterEach, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { createNotifier } from '../../src/adapters/hooks/notifier.ts';
import type { Notifier } from '../../src/ports/notifier.ts';
import { calendar } from '../../src/usecases/calendar.ts';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { type Company, openCompany } from '../support/company.ts';
import { endHypercare, walkTo } from '../support/company-walk.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { type StartedSmtpServer, startSmtpServer } from '../support/smtp-server.ts';

/** Invitations as a real SMTP server gets them, read by two libraries that relctl does not write them with. */

let company: Company;
let server: StartedSmtpServer;
afterEach(async () => {
  company.close();
  await server.stop();
});

async function open(policy?: (text: string) => string): Promise<Notifier> {
  company = await openCompany();
  if (policy !== undefined) await changePolicy(policy);
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

const POLICY = 'relctl/process/standard-3.0.yaml';
async function changePolicy(change: (text: string) => string): Promise<void> {
  const { workspace } = company.as(PEOPLE.rdLead);
  await workspace.write(POLICY, change((await workspace.read(POLICY)) ?? ''), { overwrite: true });
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

const isInvitation = ({ source }: { readonly source: string }) => /^Content-Type: text\/calendar/im.test(source);

/**
 * What the calendars of two people hold, whose programs read with a library each and go by RFC 5546: an entry is known by its UID, and takes a version with a
 * higher SEQUENCE only.
 */
function calendars(): readonly Readonly<Record<string, string>>[] {
  const all = server.mails.filter(isInvitation).map(({ source }) => entryOf(source));
  return [0, 1].map((reader) => {
    const held = new Map<string, { readonly sequence: number; readonly shows: string }>();
    for (const { uid, sequence, start, method } of all) {
      const [known, version] = [held.get(uid[reader] ?? ''), sequence[reader] ?? 0];
      if (version <= (known?.sequence ?? -1) || (known === undefined && method === 'CANCEL')) continue;
      held.set(uid[reader] ?? '', {
        sequence: version,
        shows: method === 'CANCEL' ? 'cancelled' : (start[reader] ?? ''),
      });
    }
    return Object.fromEntries([...held].map(([uid, { shows }]) => [uid, shows]));
  });
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

describe('the meeting of the board in people’s calendars', () => {
  const MEETING = 'cab:\n  meeting: { weekday: wed, at: "10:00", minutes: 45, timeZone: Europe/Berlin }';
  const entries = () =>
    server.mails
      .filter(isInvitation)
      .map(({ source, recipients }) => ({ ...entryOf(source), recipients }))
      .filter((one) => one.uid[0] === `${company.id}.cab-meeting@relctl.dev`);
  const openBoard = () => open((text) => text.replace('cab:\n', `${MEETING}\n`));
  /** What the calendar file holds of it. */
  const inFeed = async () => {
    const context = company.as(PEOPLE.rdLead);
    const { entries: agenda } = await calendar(context, { months: 2, services: [] });
    const read = nodeIcal.sync.parseICS(await context.documents.calendar(agenda));
    return Object.values(read).flatMap((one) =>
      one?.type === 'VEVENT' && one.uid === `${company.id}.cab-meeting@relctl.dev` ? [one.start.toISOString()] : [],
    );
  };
  const go = {
    decision: 'go',
    operationalReadiness: true,
    securityReview: true,
    impactAssessment: true,
    conditions: [],
  };

  it('is the next that leaves notice, is taken away by a decision before it, and comes again with the next round', async () => {
    const notifier = await openBoard();
    const { data } = await submitCab(company.as(PEOPLE.rdLead, { notifier }), company.id, {});
    const [request, ...more] = entries();
    expect(more).toEqual([]);
    const start = (data.meeting as { start: string }).start;
    // A Wednesday at ten in Berlin, at least a day from now.
    expect(new Date(start).getUTCDay()).toBe(3);
    expect(start).toMatch(/T09:00:00/);
    expect(Date.parse(start)).toBeGreaterThanOrEqual(company.sandbox.clock.now() + 24 * 3_600_000);
    expect(request).toMatchObject({
      method: 'REQUEST',
      stated: 'REQUEST',
      start: [start, start],
      status: ['CONFIRMED', 'CONFIRMED'],
    });
    expect(request?.attendees).toEqual(expect.arrayContaining([PEOPLE.rdLead, ...PEOPLE.cab]));
    expect(request?.recipients).toEqual(expect.arrayContaining(request?.attendees ?? []));
    expect(await inFeed()).toEqual([start]);
    for (const member of PEOPLE.cab.slice(0, 2)) await signoffCab(company.as(member, { notifier }), company.id, go);
    const [, cancel] = entries();
    expect(await inFeed()).toEqual([]);
    expect(cancel).toMatchObject({ method: 'CANCEL', stated: 'CANCEL', status: ['CANCELLED', 'CANCELLED'] });
    expect(cancel?.sequence[0]).toBeGreaterThan(request?.sequence[0] ?? 0);
    expect(cancel?.sequence[1]).toBe(cancel?.sequence[0]);

    await reopen(company.as(PEOPLE.rdLead, { notifier }), company.id, 'another window');
    // Nothing is taken away twice.
    expect(entries()).toHaveLength(2);
    await submitCab(company.as(PEOPLE.rdLead, { notifier }), company.id, {});
    const again = entries()[2];
    expect(again).toMatchObject({ method: 'REQUEST', status: ['CONFIRMED', 'CONFIRMED'] });
    expect(again?.sequence[0]).toBeGreaterThan(cancel?.sequence[0] ?? 0);
  });

  it('is taken away with the window where the plan becomes a draft again', async () => {
    const notifier = await openBoard();
    await submitCab(company.as(PEOPLE.rdLead, { notifier }), company.id, {});
    await reopen(company.as(PEOPLE.rdLead, { notifier }), company.id, 'another window');
    const ends = server.mails.map(({ source }) => entryOf(source)).map(({ uid, method }) => [uid[0], method]);
    expect(ends).toEqual([
      [`${company.id}.window@relctl.dev`, 'REQUEST'],
      [`${company.id}.cab-meeting@relctl.dev`, 'REQUEST'],
      [`${company.id}.window@relctl.dev`, 'CANCEL'],
      [`${company.id}.cab-meeting@relctl.dev`, 'CANCEL'],
    ]);
  });

  it('stays where it was held, and there is none without a regular one', async () => {
    const notifier = await openBoard();
    const { data } = await submitCab(company.as(PEOPLE.rdLead, { notifier }), company.id, {});
    company.sandbox.clock.advanceTo(Date.parse((data.meeting as { start: string }).start) + 600_000);
    for (const member of PEOPLE.cab.slice(0, 2)) await signoffCab(company.as(member, { notifier }), company.id, go);
    expect(entries().map((one) => one.method)).toEqual(['REQUEST']);
    expect(await inFeed()).toHaveLength(1);
  });
});

describe('one entry, whatever becomes of it', () => {
  it('goes when the plan is reopened, comes back at the other window, and goes with a No-Go', async () => {
    const notifier = await open((text) =>
      text.replace('cab:\n', 'cab:\n  meeting: { weekday: wed, at: "10:00", minutes: 45, timeZone: Europe/Berlin }\n'),
    );
    const [window, meeting] = [`${company.id}.window@relctl.dev`, `${company.id}.cab-meeting@relctl.dev`];
    const submitted = async () => {
      const { data } = await submitCab(company.as(PEOPLE.rdLead, { notifier }), company.id, {});
      return (data.meeting as { start: string }).start;
    };
    const first = await submitted();
    const before = { [window]: '2026-12-03T19:00:00.000Z', [meeting]: first };
    expect(calendars()).toEqual([before, before]);

    await reopen(company.as(PEOPLE.rdLead, { notifier }), company.id, 'another window');
    const gone = { [window]: 'cancelled', [meeting]: 'cancelled' };
    expect(calendars()).toEqual([gone, gone]);
    const file = join(company.git.root, SAMPLE_FILE);
    writeFileSync(file, readFileSync(file, 'utf8').replace('2026-12-03T14:00', '2026-12-03T15:00'));
    const after = { [window]: '2026-12-03T20:00:00.000Z', [meeting]: await submitted() };
    expect(calendars()).toEqual([after, after]);

    const no = { decision: 'no-go', comment: 'no security review', conditions: [] };
    await signoffCab(company.as(PEOPLE.cab[0], { notifier }), company.id, no);
    expect(calendars()).toEqual([gone, gone]);
    expect(server.mails.filter(isInvitation)).toHaveLength(8);
  });
});

describe('the review in people’s calendars', () => {
  it('comes with the end of hypercare, a week after the window at its hour, and is the entry that is kept beside the plan', async () => {
    const notifier = await open();
    await walkTo(company, 'hypercare');
    await endHypercare({ ...company, as: (who, more) => company.as(who, { notifier, ...more }) });
    const [mail, ...more] = server.mails.filter(isInvitation);
    expect(more).toEqual([]);
    const start = '2026-12-10T19:00:00.000Z';
    const uid = `${company.id}.review@relctl.dev`;
    expect(entryOf(mail?.source ?? '')).toMatchObject({
      method: 'REQUEST',
      stated: 'REQUEST',
      uid: [uid, uid],
      start: [start, start],
      status: ['CONFIRMED', 'CONFIRMED'],
      attendees: [PEOPLE.productManager, PEOPLE.rdLead, ...PEOPLE.operations],
    });
    expect(mail?.recipients).toEqual(
      expect.arrayContaining([PEOPLE.productManager, PEOPLE.rdLead, ...PEOPLE.operations]),
    );
    const kept = nodeIcal.sync.parseICS(
      readFileSync(join(company.git.root, 'releases', company.id, 'review.ics'), 'utf8'),
    );
    expect(Object.values(kept)).toContainEqual(expect.objectContaining({ type: 'VEVENT', uid }));
  });
});
