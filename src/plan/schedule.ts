import * as z from 'zod';
import { isRecurring, WEEKDAYS } from './weekdays.ts';

/** When a policy forbids changes, and when it allows them: dated or recurring, for some services or all, each in a zone. */

const weekdays = z.array(z.enum(WEEKDAYS)).min(1).describe('Days of the week: mon, tue, wed, thu, fri, sat, sun');
const hours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'hours such as 09:00-17:00 or 22:00-06:00')
  .describe('Wall-clock hours of those days; an end that is not after the start lies on the next day');
const timeZone = z
  .string()
  .refine(isKnownZone, 'an IANA zone such as Europe/Berlin')
  .describe('IANA zone of the days and hours; that of the release window when left out');
const services = z.array(z.string()).default([]).describe('Only these services; all when empty');
const monthDays = z
  .strictObject({
    first: z.int().min(0).max(31).default(0).describe('So many first days of each month'),
    last: z.int().min(0).max(31).default(0).describe('So many last days of each month'),
  })
  .refine((days) => days.first + days.last > 0, { message: 'at least one day', path: ['first'] });

/** A change freeze: from a date to a date, or each time the days recur, within those dates where they are given. */
export const freezeSchema = z
  .strictObject({
    name: z.string().min(1),
    from: z.iso.date().optional().describe('First day'),
    to: z.iso.date().optional().describe('Last day, included'),
    weekdays: weekdays.optional(),
    monthDays: monthDays.optional(),
    hours: hours.optional(),
    timeZone: timeZone.optional(),
    services,
  })
  .refine((freeze) => isRecurring(freeze) || (freeze.from !== undefined && freeze.to !== undefined), {
    message: 'a freeze has from and to, or days that recur: weekdays or monthDays',
    path: ['from'],
  })
  .refine((freeze) => freeze.from === undefined || freeze.to === undefined || freeze.from <= freeze.to, {
    message: 'the last day is not before the first',
    path: ['to'],
  });

/** Times at which the policy allows changes; where any covers a service, its release lies wholly inside them. */
export const changeWindowSchema = z.strictObject({
  name: z.string().min(1),
  weekdays: weekdays.optional(),
  monthDays: monthDays.optional(),
  hours: hours.optional(),
  timeZone: timeZone.optional(),
  services,
});

/** The regular meeting of a board. */
export const meetingSchema = z
  .strictObject({
    weekday: z.enum(WEEKDAYS),
    at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 10:00'),
    minutes: z.int().positive().max(480).default(30),
    timeZone: z.string().refine(isKnownZone, 'an IANA zone such as Europe/Berlin'),
    noticeHours: z.int().min(0).max(720).default(24).describe('The board is invited at least so long before'),
  })
  .describe('The regular meeting of the board, to which a submission invites; left out where it votes without one');

/** A change freeze of a policy. */
export type Freeze = z.infer<typeof freezeSchema>;
/** An allowed change window of a policy. */
export type ChangeWindow = z.infer<typeof changeWindowSchema>;

function isKnownZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
