import type { EventType, RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import {
  addCalendarDays,
  dueDate,
  reviewDate,
  startOfDate,
  timeOf,
  type Window,
  windowSpan,
} from '../schedule/calendar.ts';

/** A step of the process: when it was due, and when it was done. */
export interface Milestone {
  readonly name: string;
  /** Milliseconds since the epoch; of a step that is due on a day, the end of that day, which is the first moment of the next. */
  readonly planned: number | undefined;
  /** The day itself, of a step that is due on one: people are told it, as everywhere else, and not the midnight that ends it. */
  readonly plannedDay?: string;
  readonly actual: number | undefined;
}

/**
 * The milestones of a release, planned and actual. What was done again (another submission, another candidate) counts by its
 * last time, since that is what was released; the timeline shows them all.
 */
export function milestonesOf(
  events: readonly RecordedEvent[],
  window: Window,
  policy: Pick<Policy, 'leadDays' | 'hypercareHours'>,
): readonly Milestone[] {
  const { start, end } = windowSpan(window);
  const zone = window.timeZone;
  const onDay = (date: string) => ({
    planned: addCalendarDays(startOfDate(date, zone), 1, zone),
    plannedDay: date,
  });
  const last = (type: EventType, fits: (event: RecordedEvent) => boolean = () => true) => {
    const found = events.findLast((event) => event.type === type && fits(event));
    return found === undefined ? undefined : timeOf(found.at);
  };
  const hypercare = events.findLast((event) => event.type === 'hypercare.started');
  return [
    {
      name: 'submitted to the CAB',
      ...onDay(dueDate(window, policy.leadDays.cab)),
      actual: last('cab.submitted'),
    },
    { name: 'CAB decision', planned: undefined, actual: last('cab.decided') },
    { name: 'in staging', ...onDay(dueDate(window, policy.leadDays.staging)), actual: last('stage.completed') },
    {
      name: 'QA sign-off',
      planned: undefined,
      actual: last('signoff.recorded', (one) => one.type === 'signoff.recorded' && one.data.role === 'qa'),
    },
    {
      name: 'Operations sign-off',
      planned: undefined,
      actual: last('signoff.recorded', (one) => one.type === 'signoff.recorded' && one.data.role === 'ops'),
    },
    { name: 'deployment began', planned: start, actual: last('deploy.started') },
    { name: 'deployment complete', planned: end, actual: last('deploy.completed') },
    {
      name: 'verified',
      planned: end,
      actual: last('verify.recorded', (one) => one.type === 'verify.recorded' && one.data.ok),
    },
    {
      name: 'hypercare signed off',
      planned: hypercare === undefined ? undefined : timeOf(hypercare.at) + policy.hypercareHours * 3_600_000,
      actual: last('hypercare.closed'),
    },
    { name: 'review', ...onDay(reviewDate(window, policy.leadDays.review)), actual: last('review.closed') },
  ];
}

/** How long a release waited for a gate: for people to decide, or for the time to come. */
export interface Wait {
  readonly gate: string;
  /** Milliseconds. */
  readonly length: number;
}

/** The waits between one step and the next, in the order of the process; steps that did not happen are left out. */
export function waitsOf(milestones: readonly Milestone[], createdAt: number | undefined): readonly Wait[] {
  const at = (name: string) => milestones.find((one) => one.name === name)?.actual;
  const ready = latest(at('QA sign-off'), at('Operations sign-off'));
  const between = (gate: string, from: number | undefined, to: number | undefined): readonly Wait[] =>
    from === undefined || to === undefined || to < from ? [] : [{ gate, length: to - from }];
  return [
    ...between('the plan to be submitted', createdAt, at('submitted to the CAB')),
    ...between('the CAB', at('submitted to the CAB'), at('CAB decision')),
    ...between('staging', at('CAB decision'), at('in staging')),
    ...between('QA', at('in staging'), at('QA sign-off')),
    ...between('Operations', at('in staging'), at('Operations sign-off')),
    ...between('the change window', ready, at('deployment began')),
    ...between('canary and rollout', at('deployment began'), at('deployment complete')),
    ...between('the smoke checklist', at('deployment complete'), at('verified')),
    ...between('the end of hypercare', at('verified'), at('hypercare signed off')),
  ];
}

function latest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length < times.length ? undefined : Math.max(...known);
}
