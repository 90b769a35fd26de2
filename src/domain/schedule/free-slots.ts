import { Temporal } from 'temporal-polyfill';
import type { Policy } from '../../plan/policy.ts';
import type { OtherRelease } from '../gates/gate.ts';
import { daysUntilWindow, type Window, windowSpan } from './calendar.ts';
import { outsideChangeWindows } from './change-windows.ts';
import { clashesWith } from './clashes.ts';
import { type Asked, freezesOver } from './freezes.ts';

/** What free slots are looked for with. */
export interface SlotSearch {
  /** The release that looks; it does not clash with itself. */
  readonly id?: string;
  /** Length, time of day and zone of the slots. */
  readonly window: Window;
  readonly services: readonly string[];
  readonly policy: Pick<Policy, 'leadDays' | 'freezes' | 'changeWindows'>;
  readonly others: readonly OtherRelease[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly count?: number;
}

/** How far ahead a slot is looked for. */
export const SLOT_HORIZON_DAYS = 90;

/**
 * The next change windows that nothing speaks against: as long as the given one and at its time of day, at least the CAB's lead
 * time ahead, within the allowed windows, outside every freeze and free of clashes. At its own time of day first; where the
 * policy never allows that, at the full hours that it does. Saturdays and Sundays only for a release that is planned on one.
 */
export function freeSlots(search: SlotSearch): readonly Window[] {
  const atItsTime = slotsAt(search, [search.window.start.slice(11, 16)]);
  if (atItsTime.length > 0 || search.policy.changeWindows.length === 0) return atItsTime;
  return slotsAt(
    search,
    Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`),
  );
}

function slotsAt(search: SlotSearch, times: readonly string[]): readonly Window[] {
  const { window, now, count = 5 } = search;
  const start = Temporal.PlainDateTime.from(window.start);
  const length = start.until(Temporal.PlainDateTime.from(window.end));
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(window.timeZone).toPlainDate();
  const slots: Window[] = [];
  for (let days = search.policy.leadDays.cab; days <= SLOT_HORIZON_DAYS && slots.length < count; days += 1) {
    const date = today.add({ days });
    if (date.dayOfWeek > 5 && start.dayOfWeek <= 5) continue;
    const found = times
      .map((time) => slotFrom(date.toPlainDateTime(time), length, window.timeZone))
      .find((slot) => isFree(slot, search));
    if (found !== undefined) slots.push(found);
  }
  return slots;
}

function slotFrom(start: Temporal.PlainDateTime, length: Temporal.Duration, timeZone: string): Window {
  const wall = (time: Temporal.PlainDateTime): string => time.toString({ smallestUnit: 'minute' });
  return { start: wall(start), end: wall(start.add(length)), timeZone };
}

function isFree(window: Window, { id, services, policy, others, now }: SlotSearch): boolean {
  const span = windowSpan(window);
  const asked: Asked = { span, services, zone: window.timeZone };
  return (
    span.start > now &&
    daysUntilWindow(now, window) >= policy.leadDays.cab &&
    freezesOver(policy.freezes, asked).length === 0 &&
    outsideChangeWindows(policy.changeWindows, asked).length === 0 &&
    clashesWith(others, asked, id).length === 0
  );
}

/** A slot as `relctl plan --window` takes it: `2026-12-08T14:00/18:00`. */
export function slotFlag(window: Window): string {
  const [start, end] = [window.start.slice(0, 16), window.end.slice(0, 16)];
  return start.slice(0, 10) === end.slice(0, 10) ? `${start}/${end.slice(11)}` : `${start}/${end}`;
}
