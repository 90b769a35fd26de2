import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventUid, type ReleaseEvent, releaseCalendar } from '../../../src/renderers/ics.ts';
import { clean } from '../../../src/text/clean.ts';

const START = Date.parse('2026-12-03T19:00:00Z');
const HOUR = 3_600_000;

function event(changes: Partial<ReleaseEvent> = {}): ReleaseEvent {
  return {
    subject: '2026-12-wallet-checkout',
    kind: 'window',
    summary: 'Wallet checkout: change window',
    description: 'Production deployment of Wallet checkout.\nrelctl status 2026-12-wallet-checkout',
    start: START,
    end: START + 4 * HOUR,
    sequence: 0,
    stamp: START - 10 * 24 * HOUR,
    ...changes,
  };
}

/** A reader of iCalendar written from RFC 5545, section 3.1: unfold, split, unescape. */
function parse(text: string): readonly Map<string, string>[] {
  expect(text.endsWith('\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const events: Map<string, string>[] = [];
  for (const line of text.replaceAll('\r\n ', '').split('\r\n')) {
    const [, name = '', parameters = '', raw = ''] =
      /^([A-Z-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)$/.exec(line) ?? [];
    const value = raw.replace(/\\([\\;,nN])/g, (_all, escaped: string) => (/n/i.test(escaped) ? '\n' : escaped));
    if (name === 'BEGIN' && value === 'VEVENT') events.push(new Map());
    const all = `${parameters}${events.at(-1)?.has(name) ? `\n${events.at(-1)?.get(name)}` : ''}`;
    events.at(-1)?.set(name, name === 'ATTENDEE' ? `${value}${all}` : value);
    if (name === 'DTSTART' && parameters !== '') events.at(-1)?.set('DTSTART-PARAMETERS', parameters);
  }
  return events;
}

describe('releaseCalendar', () => {
  it('gives an entry with UID, stamp, sequence, times in UTC and words', () => {
    const [only] = parse(releaseCalendar([event({ sequence: 4 })]));
    expect(Object.fromEntries(only ?? [])).toMatchObject({
      UID: '2026-12-wallet-checkout.window@relctl.dev',
      DTSTAMP: '20261123T190000Z',
      SEQUENCE: '4',
      DTSTART: '20261203T190000Z',
      DTEND: '20261203T230000Z',
      SUMMARY: 'Wallet checkout: change window',
      DESCRIPTION: 'Production deployment of Wallet checkout.\nrelctl status 2026-12-wallet-checkout',
      STATUS: 'CONFIRMED',
    });
  });

  it('keeps the UID when the entry moves, and raises the sequence, so that calendars replace it', () => {
    const [before] = parse(releaseCalendar([event({ sequence: 1 })]));
    const [after] = parse(
      releaseCalendar([event({ sequence: 2, start: START + HOUR, summary: 'Moved', cancelled: true })]),
    );
    expect(after?.get('UID')).toBe(before?.get('UID'));
    expect(Number(after?.get('SEQUENCE'))).toBeGreaterThan(Number(before?.get('SEQUENCE')));
    expect(after?.get('STATUS')).toBe('CANCELLED');
  });

  it('gives one UID to one subject and kind, and never the same to two', () => {
    const kind = fc.constantFrom('window' as const, 'review' as const, 'freeze' as const, 'cab-deadline' as const);
    const pair = fc.record({ subject: fc.string({ unit: 'grapheme' }), kind });
    fc.assert(
      fc.property(pair, pair, (one, two) => {
        expect(eventUid(one) === eventUid(two)).toBe(one.subject === two.subject && one.kind === two.kind);
        expect(eventUid(one)).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });

  it('writes a freeze as whole days, whatever zone the machine is in', () => {
    const freeze = event({
      subject: 'Year end',
      kind: 'freeze',
      allDay: true,
      start: Date.parse('2026-12-20'),
      end: Date.parse('2027-01-04'),
    });
    const offsets = new Set<number>();
    for (const zone of ['America/New_York', 'Pacific/Apia', 'UTC']) {
      const before = process.env.TZ;
      process.env.TZ = zone;
      offsets.add(new Date(freeze.start).getTimezoneOffset());
      const [only] = parse(releaseCalendar([freeze]));
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
      expect(only?.get('DTSTART-PARAMETERS')).toBe(';VALUE=DATE');
      expect([only?.get('DTSTART'), only?.get('DTEND')]).toEqual(['20261220', '20270104']);
      expect(only?.get('TRANSP')).toBe('TRANSPARENT');
    }
    expect(offsets.size).toBe(3);
  });

  it('invites to a review with organizer and attendees', () => {
    const text = releaseCalendar(
      [
        event({
          kind: 'review',
          organizer: 'pm@example.com',
          attendees: ['rd@example.com', 'x"\r\nBCC:evil@example.com'],
        }),
      ],
      'request',
    );
    expect(text).toContain('METHOD:REQUEST\r\n');
    const [only] = parse(text);
    expect(only?.get('ORGANIZER')).toBe('mailto:pm@example.com');
    expect(only?.get('ATTENDEE')).toMatch(/mailto:rd@example\.com/i);
    expect(only?.has('BCC')).toBe(false);
  });

  it('brings any text back as it was, and lets none become a line of its own', () => {
    const hostile = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('\r\nEND:VEVENT\r\nX:1', '\\n', ';', ',', '\\', '😀'.repeat(40), '\n'),
      ),
    );
    fc.assert(
      fc.property(
        hostile.map((parts) => parts.join('')),
        (text) => {
          const events = parse(releaseCalendar([event({ summary: 'x', description: `<${text}>` })]));
          expect(events).toHaveLength(1);
          expect(events[0]?.get('DESCRIPTION')).toBe(clean(`<${text}>`));
        },
      ),
    );
  });
});
