import type { EventData } from '../../plan/events.ts';

/** What is recorded of a step that was carried out. */
export type StepResult = Pick<EventData<'step.completed'>, 'detail' | 'evidence' | 'commit' | 'written'>;
