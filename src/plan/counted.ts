import type { RecordedEvent } from './events.ts';

/**
 * The events of a history that count, and the only function that tells: once a real event is recorded, those of the sandbox no longer do,
 * neither for the state of the release nor against what stands before them. The sandbox signs nothing, so what carries a signature is no
 * event of the sandbox, whatever it says of itself: it is looked at as what it was made from.
 * @param platform `real` counts no simulated event even where nothing real was recorded yet
 */
export function countedEvents(
  events: readonly RecordedEvent[],
  platform: 'real' | 'any' = 'any',
): readonly RecordedEvent[] {
  const real = events.filter(isReal);
  return platform === 'real' || real.length > 0 ? real : events;
}

/** True when everything that is recorded was made in the sandbox. */
export function isOnlySimulated(events: readonly RecordedEvent[]): boolean {
  return events.length > 0 && !events.some(isReal);
}

/** True where nothing real is recorded: such a history may be one of the sandbox. What is real stays so, whatever relctl.yaml of a branch says. */
export function mayBeSimulated(events: readonly RecordedEvent[]): boolean {
  return !events.some(isReal);
}

function isReal({ simulated, data }: RecordedEvent): boolean {
  return simulated !== true || (data as { readonly signature?: unknown }).signature !== undefined;
}
