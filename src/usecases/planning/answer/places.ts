import type { Seen } from '../../../evidence/impact/findings.ts';
import { cleanLine } from '../../../text/clean.ts';

/** Where something was seen, as editors make it clickable; a line that the candidate no longer has says so. A plan holds it. */
export function placeOf(seen: Seen): string {
  return `${cleanLine(seen.file)}:${seen.line}${seen.side === 'base' ? ' (in the base)' : ''}`;
}

/** The first places of several, and how many more there are. */
export function placesOf(seen: readonly Seen[], most = 3): string {
  const shown = seen.slice(0, most).map(placeOf).join(', ');
  return seen.length > most ? `${shown} and ${seen.length - most} more` : shown;
}
