import type { RecordedEvent } from '../../plan/events.ts';
import { titleOfStep } from '../deployment/step-titles.ts';
import { timeOf } from '../schedule/calendar.ts';

/** A step of the deployment with its time, as it is drawn. */
export interface StepBar {
  readonly step: string;
  /** The step in words. */
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly state: 'completed' | 'failed' | 'open';
}

/** Steps of one attempt with their times, in the order in which they were begun; a step that was tried again counts once. */
export function stepBars(events: readonly RecordedEvent[], attempt: number | undefined): readonly StepBar[] {
  const bars = new Map<string, Omit<StepBar, 'title'>>();
  for (const event of events) {
    if (!('attempt' in event.data) || event.data.attempt !== attempt) continue;
    const at = timeOf(event.at);
    if (event.type === 'step.intended') {
      const { step } = event.data;
      bars.set(step, { step, from: bars.get(step)?.from ?? at, to: at, state: 'open' });
    }
    if (event.type === 'step.completed' || event.type === 'step.failed') {
      const { step } = event.data;
      const state = event.type === 'step.completed' ? 'completed' : 'failed';
      bars.set(step, { step, from: bars.get(step)?.from ?? at, to: at, state });
    }
  }
  return [...bars.values()].map((bar) => ({ ...bar, title: titleOfStep(bar.step) }));
}
