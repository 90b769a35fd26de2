import type { RecordedEvent } from '../../plan/events.ts';
import type { Evidence } from '../../ports/plan-store.ts';

/** Every file that an event names, each once. */
export function evidenceOf(events: readonly RecordedEvent[]): readonly Evidence[] {
  const found = new Map<string, Evidence>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { file, sha256 } = value as Partial<Evidence>;
    if (typeof file === 'string' && typeof sha256 === 'string') found.set(file, { file, sha256 });
    for (const item of Object.values(value)) visit(item);
  };
  for (const event of events) visit(event.data);
  return [...found.values()];
}
