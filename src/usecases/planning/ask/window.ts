import { asOther, isSummary } from '../../../domain/history/release-summary.ts';
import { dateIn, type Window, wallTimeIn, windowSpan } from '../../../domain/schedule/calendar.ts';
import { freeSlots, slotFlag } from '../../../domain/schedule/free-slots.ts';
import { RelctlError } from '../../../errors.ts';
import type { Policy } from '../../../plan/policy.ts';
import { isZone } from '../../../plan/spec/times.ts';
import { command } from '../../../text/command-line.ts';
import type { Context } from '../../release/context.ts';

const EXAMPLE = '2026-12-03T14:00/18:00';

/**
 * Takes the change window from the flags, and asks for what is missing.
 * @param fallbackZone zone of the repository, or of the plan that is changed
 * @param propose a window to offer
 * @throws RelctlError `usage.bad-flag`, `usage.missing-answer`
 */
export async function windowAnswer(
  context: Pick<Context, 'prompter' | 'clock'>,
  given: { readonly window?: string; readonly timeZone?: string },
  fallbackZone: string,
  propose: (zone: string) => Promise<string | undefined>,
): Promise<Window> {
  const timeZone = checkedZone(given.timeZone ?? fallbackZone);
  const proposal = given.window === undefined ? await propose(timeZone) : undefined;
  const text =
    given.window ??
    (await context.prompter.text({
      message: `Change window in ${timeZone}, start/end?`,
      flag: command`--window ${proposal ?? EXAMPLE}`,
      ...(proposal === undefined ? {} : { default: proposal }),
      validate: (answer) => {
        const read = readWindow(answer, timeZone);
        if (typeof read === 'string') return read;
        return windowSpan(read).end > context.clock.now() || 'it is already over';
      },
    }));
  return windowOf(text, timeZone);
}

/** Refuses a window or a zone of a flag that cannot be read, before anything is asked. Errors: `usage.bad-flag`. */
export function checkWindow(
  given: { readonly window?: string; readonly timeZone?: string },
  fallbackZone: string,
): void {
  const timeZone = checkedZone(given.timeZone ?? fallbackZone);
  if (given.window !== undefined) windowOf(given.window, timeZone);
}

function windowOf(text: string, timeZone: string): Window {
  const read = readWindow(text, timeZone);
  if (typeof read !== 'string') return read;
  throw new RelctlError('usage.bad-flag', `--window is "${text}": ${read}`, {
    why: 'Every date of the release is counted from its change window.',
    hints: [command`--window ${EXAMPLE}`, 'or with an end on another day: --window 2026-12-03T22:00/2026-12-04T02:00'],
  });
}

/** The zone that a flag gave, if it can be computed with. Errors: `usage.bad-flag`. */
export function checkedZone(
  zone: string,
  why = 'Days before and after the window are calendar days in its zone.',
): string {
  if (isZone(zone)) return zone;
  throw new RelctlError('usage.bad-flag', `"${zone}" is not an IANA time zone`, {
    why,
    hints: ['--time-zone America/New_York', 'or Europe/Berlin, Asia/Kolkata, UTC'],
  });
}

/** The window that a text names, or what is wrong with it. An end without a date is on the day of the start. */
function readWindow(text: string, timeZone: string): Window | string {
  const [start = '', endText = '', ...more] = text.trim().split('/');
  if (endText === '' || more.length > 0) return 'it must be a start and an end, with / between them';
  const end = /^\d{2}:\d{2}$/.test(endText) ? `${start.slice(0, 10)}T${endText}` : endText;
  for (const wall of [start, end]) {
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(wall) || wallTimeIn(wall, timeZone) === undefined)
      return `${wall === '' ? 'nothing' : wall} is not a time such as 2026-12-03T14:00`;
  }
  return end > start ? { start, end, timeZone } : 'it ends before it starts';
}

/**
 * A window to begin with, as `--window` takes it: the next four hours from 14:00 that the policy allows and in which no other
 * release of this repository is planned; which services it will ship is not known yet, so all of them count.
 */
export async function proposedWindow(
  context: Pick<Context, 'clock' | 'store' | 'config'>,
  timeZone: string,
  policy: Policy,
): Promise<string | undefined> {
  const now = context.clock.now();
  const today = dateIn(now, timeZone);
  const others = (await context.store.summaries()).filter(isSummary).map(asOther);
  const [slot] = freeSlots({
    window: { start: `${today}T14:00`, end: `${today}T18:00`, timeZone },
    services: Object.keys(context.config.services),
    policy,
    others,
    now,
    count: 1,
  });
  return slot === undefined ? undefined : slotFlag(slot);
}
