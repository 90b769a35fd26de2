/** 30 February and 25:00 look like times and are none; whoever computed with them later would fail or mean another day. */
export function isRealTime(wall: string): boolean {
  const at = new Date(`${wall}Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(wall);
}

/** Zones that were looked up: to make a formatter takes longer than to read the rest of a plan. */
const known = new Set<string>();

/** A name of the IANA database that this Node knows; an offset such as +01:00 has no daylight saving time and is none. */
export function isZone(zone: string): boolean {
  if (known.has(zone)) return true;
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone }).format(0);
    known.add(zone);
    return true;
  } catch {
    return false;
  }
}
