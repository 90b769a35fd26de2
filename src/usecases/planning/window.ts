import {
  addCalendarDays,
  dateIn,
  isTimeZone,
  startOfDate,
  type Window,
  wallTimeIn,
  windowSpan,
} from '../../domain/calendar.ts';
import { RelctlError } from '../../domain/errors.ts';
import { freezesOver } from '../../domain/schedule/freezes.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Context } from '../context.ts';

const EXAMPLE = '2026-12-03T14:00/18:00';

/**
 * Takes the change window from the flags, and asks for what is missing.
 * @param fallbackZone zone of the repository, or of the plan that is changed
 * @throws RelctlError `usage.bad-flag`, `usage.missing-answer`
 */
export async function windowAnswer(
  context: Pick<Context, 'prompter' | 'clock'>,
  given: { readonly window?: string; readonly timeZone?: string },
  fallbackZone: string,
  policy: Policy,
): Promise<Window> {
  const timeZone = checkedZone(given.timeZone ?? fallbackZone);
  const text =
    given.window ??
    (await context.prompter.text({
      message: `Change window in ${timeZone}, start/end?`,
      flag: `--window <start/end>, such as --window ${EXAMPLE}`,
      default: proposedWindow(context.clock.now(), timeZone, policy),
      validate: (answer) => {
        const read = readWindow(answer, timeZone);
        return typeof read === 'string' ? read : true;
      },
    }));
  const read = readWindow(text, timeZone);
  if (typeof read !== 'string') return read;
  throw new RelctlError('usage.bad-flag', `--window is "${text}": ${read}`, {
    why: 'Every date of the release is counted from its change window.',
    hints: [`--window ${EXAMPLE}`, 'or with an end on another day: --window 2026-12-03T22:00/2026-12-04T02:00'],
  });
}

/** The zone, if it can be computed with. Errors: `usage.bad-flag`. */
export function checkedZone(zone: string): string {
  if (isTimeZone(zone)) return zone;
  throw new RelctlError('usage.bad-flag', `"${zone}" is not an IANA time zone`, {
    why: 'Days before and after the window are calendar days in its zone.',
    hints: ['--time-zone America/New_York', 'or Europe/Berlin, Asia/Kolkata, UTC'],
  });
}

/** The window that a text names, or what is wrong with it. An end without a date is on the day of the start. */
export function readWindow(text: string, timeZone: string): Window | string {
  const [start = '', endText = '', ...more] = text.trim().split('/');
  if (endText === '' || more.length > 0) return 'it must be a start and an end, with / between them';
  const end = /^\d{2}:\d{2}$/.test(endText) ? `${start.slice(0, 10)}T${endText}` : endText;
  for (const wall of [start, end]) {
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(wall) || wallTimeIn(wall, timeZone) === undefined)
      return `${wall === '' ? 'nothing' : wall} is not a time such as 2026-12-03T14:00`;
  }
  return end > start ? { start, end, timeZone } : 'it ends before it starts';
}

/** A window to begin with: the first Tuesday, Wednesday or Thursday that leaves the CAB its time and lies in no freeze, 14:00 to 18:00. */
export function proposedWindow(now: number, zone: string, policy: Policy): string {
  const earliest = startOfDate(dateIn(now, zone), zone);
  for (let days = policy.leadDays.cab + 1; days <= policy.leadDays.cab + 366; days += 1) {
    const date = dateIn(addCalendarDays(earliest, days, zone), zone);
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    const span = windowSpan({ start: `${date}T14:00`, end: `${date}T18:00`, timeZone: zone });
    const frozen = freezesOver(policy.freezes, { span, services: [], zone }).length > 0;
    if (weekday >= 2 && weekday <= 4 && !frozen) return `${date}T14:00/18:00`;
  }
  return `${dateIn(addCalendarDays(earliest, policy.leadDays.cab + 1, zone), zone)}T14:00/18:00`;
}
