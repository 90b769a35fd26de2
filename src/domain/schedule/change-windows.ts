import type { ChangeWindow } from '../../plan/schedule.ts';
import { type Asked, covers, describeFreeze } from './freezes.ts';
import { merged } from './intervals.ts';
import { occurrences } from './recurrence.ts';

/** A service whose release would lie outside the times that the policy allows for it. */
export interface OutsideWindow {
  readonly service: string;
  /** The windows that hold for it. */
  readonly allowed: readonly ChangeWindow[];
  /** First moment of the span that no window covers, milliseconds since the epoch. */
  readonly from: number;
}

/**
 * Services for which the span does not lie wholly within the allowed windows. A service that no window names may change at any
 * time. Windows that touch count as one, so a release may run from one into the next.
 */
export function outsideChangeWindows(windows: readonly ChangeWindow[], asked: Asked): readonly OutsideWindow[] {
  return asked.services.flatMap((service) => {
    const allowed = windows.filter((window) => covers(window, [service]));
    if (allowed.length === 0) return [];
    const open = merged(
      allowed.flatMap((window) => [...occurrences(window, asked.span, window.timeZone ?? asked.zone)]),
    ).find((one) => one.start <= asked.span.start && one.end > asked.span.start);
    if (open !== undefined && open.end >= asked.span.end) return [];
    return [{ service, allowed, from: open?.end ?? asked.span.start }];
  });
}

/** An allowed window in words: `Office hours (mon, tue, wed, thu 09:00-17:00 Europe/Berlin)`. */
export function describeChangeWindow(window: ChangeWindow): string {
  const times = describeFreeze(window);
  return times === '' ? window.name : `${window.name} (${times})`;
}
