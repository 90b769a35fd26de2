import type { EventOf, RecordedEvent } from '../../plan/events.ts';
import { LARGEST_FENCE } from '../deployment/lease.ts';
import { isKeptStep } from '../signing/acts.ts';
import type { DeploymentState, ReleaseState, StepState } from './state.ts';

/** An event of a deployment to production. */
export type DeploymentEvent = Extract<
  RecordedEvent,
  { type: `deploy.${string}` | `step.${string}` | `canary.${string}` | `rollback.${string}` | `release.frozen` }
>;

/**
 * What one event changes of the deployment and of the phase.
 * @param proved whether the event is proved to be of whom it names
 */
export function changeDeployment(state: ReleaseState, event: DeploymentEvent, proved: boolean): Partial<ReleaseState> {
  if (event.type === 'deploy.started') {
    return {
      phase: 'canary',
      attempts: { ...state.attempts, deploy: event.data.attempt },
      deployment: {
        attempt: event.data.attempt,
        started: event,
        fence: fenceAfter(0, event, true),
        steps: new Map(),
        verdict: undefined,
        promoted: false,
        result: 'running',
        abortedBy: undefined,
        provedBack: new Set(),
        rollbackReason: undefined,
        stopped: undefined,
        lastActor: event.actor,
        lastAt: event.at,
        begunBy: event.actor,
        begunAt: event.at,
        run: event.data.run,
        held: undefined,
        completedAt: undefined,
        isEndProved: false,
      },
    };
  }
  if (state.deployment === undefined || !isOf(state.deployment, event, proved)) return {};
  const deployment = {
    ...state.deployment,
    lastActor: event.actor,
    lastAt: event.at,
    held: heldAfter(state.deployment, event, proved),
  };
  switch (event.type) {
    case 'deploy.resumed':
      return {
        deployment: {
          ...deployment,
          fence: fenceAfter(deployment.fence, event, proved),
          begunBy: event.actor,
          begunAt: event.at,
          run: event.data.run,
        },
      };
    case 'step.intended':
    case 'step.completed':
    case 'step.failed':
      return { deployment: { ...deployment, steps: withStep(deployment.steps, event, proved) } };
    case 'canary.judged':
      return { deployment: { ...deployment, verdict: event } };
    case 'canary.held':
      return { deployment };
    case 'canary.promoted':
      return { phase: 'rolling-out', deployment: { ...deployment, promoted: true } };
    case 'deploy.completed':
      return {
        phase: 'deployed',
        deployment: { ...deployment, result: 'completed', completedAt: event.at, isEndProved: proved },
      };
    case 'deploy.aborted':
      return {
        deployment: {
          ...deployment,
          abortedBy: event.actor,
          rollbackReason: event.data.reason,
          provedBack: provedBackAfter(deployment, event, proved),
        },
      };
    case 'rollback.started':
      return {
        deployment: {
          ...deployment,
          result: 'rolling-back',
          fence: fenceAfter(deployment.fence, event, proved),
          rollbackReason: event.data.reason,
          provedBack: provedBackAfter(deployment, event, proved),
          isEndProved: false,
        },
      };
    case 'rollback.failed': {
      const { code, reason } = event.data;
      const isChangedByHand = code === 'rollback.changed-by-hand' || deployment.stopped?.isChangedByHand === true;
      return { deployment: { ...deployment, stopped: { code, reason, at: event.at, isChangedByHand } } };
    }
    case 'rollback.completed':
      return {
        phase: deployment.abortedBy === undefined ? 'rolled-back' : 'aborted',
        deployment: { ...deployment, result: 'rolled-back', stopped: undefined, isEndProved: proved },
      };
    case 'release.frozen':
      return { phase: 'frozen', deployment: { ...deployment, result: 'frozen', isEndProved: proved } };
  }
}

/** What belongs to another attempt was moved here, and what nobody signed changes nothing of a rollback that is proved to be over. */
function isOf({ attempt, result, isEndProved }: DeploymentState, event: DeploymentEvent, proved: boolean): boolean {
  return event.data.attempt === attempt && (proved || !isEndProved || result !== 'rolled-back');
}

/** The next fence is above it, so nobody drives it up without a signature, nor beyond what a Lease takes. The Lease counts on either way. */
function fenceAfter(
  before: number,
  { data: { fence } }: EventOf<'deploy.started' | 'deploy.resumed' | 'rollback.started'>,
  proved: boolean,
): number {
  return proved && fence <= LARGEST_FENCE ? Math.max(before, fence) : before;
}

/**
 * Whoever holds a canary holds it until somebody goes on with it and signs that, or takes it back: else whoever may write ends the hold. A hold
 * that nobody signed takes the place of none that was signed.
 */
function heldAfter({ held }: DeploymentState, event: DeploymentEvent, proved: boolean): DeploymentState['held'] {
  switch (event.type) {
    case 'canary.held':
      return held?.proved === true && !proved ? held : { by: event.actor, proved };
    case 'deploy.resumed':
    case 'canary.promoted':
      return proved ? undefined : held;
    case 'deploy.aborted':
    case 'rollback.started':
      return undefined;
    default:
      return held;
  }
}

function provedBackAfter(
  { provedBack }: DeploymentState,
  { type }: EventOf<'deploy.aborted'> | EventOf<'rollback.started'>,
  proved: boolean,
): DeploymentState['provedBack'] {
  return proved ? new Set([...provedBack, type]) : provedBack;
}

/**
 * Written into the map in place: it was made by this fold, of which nobody has seen a state yet. Copied for each step, folding would take time by the
 * square of the steps, and a release of 500 services has 2,000 of them.
 */
function withStep(
  steps: ReadonlyMap<string, StepState>,
  event: EventOf<'step.intended'> | EventOf<'step.completed'> | EventOf<'step.failed'>,
  proved: boolean,
): ReadonlyMap<string, StepState> {
  const state = event.type === 'step.intended' ? 'intended' : event.type === 'step.completed' ? 'completed' : 'failed';
  const before = steps.get(event.data.step);
  // What was done to the data stays done: nobody takes it out of the record by writing behind it.
  // Nor does it change what a run has seen itself.
  if (before?.state === 'completed' && before.proved && (isKeptStep(event.data.step) || !proved)) return steps;
  return (steps as Map<string, StepState>).set(event.data.step, {
    state,
    at: event.at,
    since: before?.since ?? event.at,
    data: event.type === 'step.completed' ? event.data : before?.data,
    proved,
  });
}
