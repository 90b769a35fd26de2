/** Days of the week as policies write them, Monday first as ISO 8601 counts. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** A day of the week. */
export type Weekday = (typeof WEEKDAYS)[number];

/** True for a freeze whose days recur; else it is one stretch of days. */
export function isRecurring(freeze: { readonly weekdays?: unknown; readonly monthDays?: unknown }): boolean {
  return freeze.weekdays !== undefined || freeze.monthDays !== undefined;
}
