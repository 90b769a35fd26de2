import type { EventOf, EventType } from '../events.ts';
import { AFTER_DEPLOYMENT, IN_PRODUCTION, type Position, type Standing } from './position.ts';

/** Why an event cannot stand here, as the end of "event 7 …"; or where the release is after it. */
export type Next = string | Partial<Position>;

type Rule<T extends EventType> = (at: Position, event: EventOf<T>) => Next;

/** Says what had to come first. */
function due<T extends EventType>(standings: readonly Standing[], missing: string, next: Rule<T>): Rule<T> {
  return (at, event) => (standings.includes(at.standing) ? next(at, event) : `stands where ${missing}`);
}

/** What no longer counts, since nobody signed it, is signed anew where the history had gone on from it. */
function dueOrSignedAgain<T extends 'verify.recorded' | 'success.judged' | 'review.closed'>(
  standings: readonly Standing[],
  missing: string,
  next: Rule<T>,
): Rule<T> {
  const again: readonly Standing[] = [...AFTER_DEPLOYMENT, 'closed'];
  return (at, event) => due(event.data.signature === undefined ? standings : again, missing, next)(at, event);
}

/**
 * What nobody signed of an end proves none, so whoever takes production back from behind it signs that. Where the release is out of production by
 * what is signed, the process refuses it.
 */
function backOrSignedBehind<T extends 'deploy.resumed' | 'deploy.aborted' | 'rollback.started'>(
  standings: readonly Standing[],
  next: Rule<T>,
): Rule<T> {
  const behind: readonly Standing[] = [...IN_PRODUCTION, ...AFTER_DEPLOYMENT, 'out'];
  return (at, event) => ofAttempt(event.data.signature === undefined ? standings : behind, next)(at, event);
}

/** An event of a deployment names the attempt that it belongs to. */
function ofAttempt<T extends EventType>(standings: readonly Standing[], next: Rule<T>): Rule<T> {
  return due(standings, 'no deployment is under way', (at, event) => {
    const { attempt } = event.data as { readonly attempt: number };
    return attempt === at.deployAttempt
      ? next(at, event)
      : `belongs to attempt ${attempt}, and attempt ${at.deployAttempt} is under way`;
  });
}

const stays = (): Next => ({});
const moves =
  (standing: Standing): (() => Next) =>
  () => ({ standing });

const beforeProduction: readonly Standing[] = [
  'draft',
  'submitted',
  'decided-go',
  'decided-no-go',
  'staging',
  'staged',
];

const author: Rule<'plan.created' | 'plan.revised'> = due(['draft'], 'the plan is no draft any more', () => ({
  begun: true,
}));

const step: Rule<'step.completed' | 'step.failed'> = ofAttempt(IN_PRODUCTION, (at, event) =>
  at.intended.has(event.data.step) ? {} : `says how the step ${event.data.step} ended, which was not begun`,
);

const ofMessage: Rule<'notification.sent' | 'notification.failed'> = (at, event) =>
  at.queued.has(event.data.key) ? {} : `is about the message ${event.data.key}, which was not queued`;

const inHypercare = <T extends EventType>(next: Rule<T>): Rule<T> =>
  due(['hypercare'], 'there is no hypercare', (at, event) =>
    at.hypercareClosed ? 'stands after hypercare was signed off' : next(at, event),
  );

/** A vote that no longer counts, as with a key that ran out, is given again while nothing was staged. */
const VOTING: readonly Standing[] = ['submitted', 'decided-go'];
/** Until the deployment begins, a Go can be taken back. */
const TAKING_BACK: readonly Standing[] = ['staging', 'staged'];

/** For each type of event: after what it can be recorded, and what may follow it. One row a transition of the process. */
export const RULES: { readonly [T in EventType]: Rule<T> } = {
  'plan.created': (at, event) => (at.begun ? 'creates a plan that there is already' : author(at, event)),
  'plan.revised': author,
  'plan.reopened': (at) =>
    [...beforeProduction, 'out' as const].includes(at.standing) && at.begun
      ? { standing: 'draft', submitted: undefined, passed: new Set(), conditions: new Set() }
      : 'reopens a plan that went to production, or is none yet',
  'branches.chosen': due(['draft'], 'the plan is no draft any more', stays),
  'exception.granted': stays,
  // A submission that no longer counts is made again without a reopening: what stood on it is void either way.
  'cab.submitted': due(
    ['draft', 'submitted', 'decided-go', 'staging', 'staged'],
    'nothing can be submitted',
    (at, { data }) =>
      data.round === at.round + 1
        ? {
            standing: 'submitted',
            begun: true,
            round: data.round,
            submitted: data.specDigest,
            votes: 0,
            conditions: new Set(),
            passed: new Set(),
          }
        : `opens round ${data.round} after round ${at.round}`,
  ),
  'cab.voted': due([...VOTING, ...TAKING_BACK], 'the board is asked nothing', (at, { data }) => {
    if (TAKING_BACK.includes(at.standing) && data.decision === 'go') return 'votes Go after the candidate was staged';
    if (data.round !== at.round) return `votes in round ${data.round}, and round ${at.round} is open`;
    if (data.specDigest !== at.submitted) return 'votes on another text than the one that was submitted';
    return {
      votes: at.votes + 1,
      conditions: new Set([...at.conditions, ...data.conditions.map((condition) => condition.text)]),
    };
  }),
  'cab.decided': due([...VOTING, ...TAKING_BACK], 'the board has nothing to decide', (at, { data }) => {
    if (TAKING_BACK.includes(at.standing) && data.decision === 'go') return 'decides Go after the candidate was staged';
    if (data.round !== at.round) return `decides round ${data.round}, and round ${at.round} is open`;
    if (data.go + data.noGo > at.votes) return `counts ${data.go + data.noGo} votes, and ${at.votes} were given`;
    return { standing: data.decision === 'go' ? 'decided-go' : 'decided-no-go' };
  }),
  'condition.closed': (at, { data }) =>
    at.conditions.has(data.condition) ? {} : 'closes a condition that nobody set in this round',
  'stage.started': due(['decided-go', 'staging', 'staged'], 'the board gave no Go', (at, { data }) => {
    if (data.attempt !== at.stageAttempt + 1) return `is attempt ${data.attempt} after attempt ${at.stageAttempt}`;
    if (data.specDigest !== at.submitted) return 'stages another text than the one that was submitted';
    return { standing: 'staging', stageAttempt: data.attempt, passed: new Set() };
  }),
  'stage.completed': due(['staging'], 'nothing is being staged', (at, { data }) =>
    data.attempt === at.stageAttempt && data.specDigest === at.submitted
      ? { standing: 'staged' }
      : 'completes another staging than the one that was begun',
  ),
  'stage.failed': due(['staging'], 'nothing is being staged', (at, { data }) =>
    data.attempt === at.stageAttempt ? {} : 'ends another staging than the one that was begun',
  ),
  'signoff.recorded': due(['staged'], 'nothing is staged', (at, { data }) => {
    if (data.stageAttempt !== at.stageAttempt) return `is about staging ${data.stageAttempt}, not ${at.stageAttempt}`;
    if (data.specDigest !== at.submitted) return 'signs off on another text than the one that was submitted';
    const passed = new Set(at.passed);
    if (data.decision === 'pass') passed.add(data.role);
    else passed.delete(data.role);
    return { passed };
  }),
  'deploy.started': due(['staged'], 'nothing is staged', (at, { data }) => {
    if (!at.passed.has('qa') || !at.passed.has('ops')) return 'deploys what QA and Operations did not both sign off';
    if (data.attempt !== at.deployAttempt + 1) return `is attempt ${data.attempt} after attempt ${at.deployAttempt}`;
    if (data.specDigest !== at.submitted) return 'deploys another text than the one that was submitted';
    return {
      standing: 'canary',
      deployAttempt: data.attempt,
      intended: new Set(),
      verdict: undefined,
      hypercareClosed: false,
    };
  }),
  'deploy.resumed': backOrSignedBehind([...IN_PRODUCTION, ...AFTER_DEPLOYMENT], stays),
  'step.intended': ofAttempt(IN_PRODUCTION, (at, { data }) => ({ intended: new Set([...at.intended, data.step]) })),
  'step.completed': step,
  'step.failed': step,
  'canary.judged': ofAttempt(['canary'], (_, { data }) => ({ verdict: data.verdict })),
  'canary.held': ofAttempt(['canary', 'rolling-out'], stays),
  'canary.promoted': ofAttempt(['canary'], (at) =>
    at.verdict === 'pass' ? { standing: 'rolling-out' } : 'promotes a canary that was not judged to pass',
  ),
  'deploy.completed': ofAttempt(['rolling-out'], moves('deployed')),
  'deploy.aborted': backOrSignedBehind(IN_PRODUCTION, stays),
  'rollback.started': backOrSignedBehind([...IN_PRODUCTION, ...AFTER_DEPLOYMENT], moves('rolling-back')),
  'rollback.completed': ofAttempt(['rolling-back'], moves('out')),
  'rollback.failed': ofAttempt(['rolling-back'], stays),
  'release.frozen': ofAttempt([...IN_PRODUCTION, ...AFTER_DEPLOYMENT], moves('rolling-back')),
  'notification.queued': (at, { data }) => ({ queued: new Set([...at.queued, data.key]) }),
  'notification.sent': ofMessage,
  'notification.failed': ofMessage,
  'change-record.begun': stays,
  'change-record.refused': stays,
  'change-record.linked': stays,
  'rehearsal.recorded': stays,
  'verify.recorded': dueOrSignedAgain(['deployed'], 'nothing is deployed', (_, { data }) =>
    data.ok ? { standing: 'verified' } : {},
  ),
  'hypercare.started': due(['verified'], 'nothing was verified', () => ({
    standing: 'hypercare',
    hypercareClosed: false,
  })),
  'hypercare.observed': inHypercare(stays),
  'hypercare.extended': inHypercare(stays),
  'hypercare.handed-over': inHypercare(stays),
  'hypercare.closed': inHypercare(() => ({ hypercareClosed: true })),
  'incident.opened': due([...IN_PRODUCTION, ...AFTER_DEPLOYMENT], 'nothing is in production', stays),
  'incident.closed': due([...IN_PRODUCTION, ...AFTER_DEPLOYMENT], 'nothing is in production', stays),
  'success.observed': due(AFTER_DEPLOYMENT, 'nothing is deployed', stays),
  'success.judged': dueOrSignedAgain(['hypercare', 'validated'], 'hypercare was not signed off', (at) =>
    at.hypercareClosed ? { standing: 'validated' } : 'judges the success before hypercare was signed off',
  ),
  'review.invited': due(AFTER_DEPLOYMENT, 'nothing is deployed', stays),
  'review.drafted': due(AFTER_DEPLOYMENT, 'nothing is deployed', stays),
  // What was written down wrongly is written down again; both stay in the history.
  'review.closed': dueOrSignedAgain(['validated', 'closed'], 'the success was not judged', moves('closed')),
};
