import { RELEASE } from './lab-product.ts';
import * as state from './sick-states.ts';
import { type Command, type Course, NOW } from './sick-walk.ts';

/** The ways that a release can go. */
export type Way = 'forward' | 'abort' | 'rollback';

type How = Omit<Command, 'args'>;

const deploy = (how: How = {}, ...flags: readonly string[]): Command => ({
  args: ['deploy', RELEASE, ...flags],
  ...how,
});
const canary = (how: How = {}, ...flags: readonly string[]) => deploy(how, '--canary', ...flags);
const abort = (how: How = {}) => deploy(how, '--abort');
const rollback = (how: How = {}, ...flags: readonly string[]): Command => ({
  args: ['rollback', RELEASE, '--reason', 'checkouts fail', '--confirm', ...flags],
  ...how,
});
/** A person says why it goes on although production is not well. */
const ANYWAY = ['--reason', 'the release mends it'];

/** A deployment that is refused before anybody is told, and nothing is changed. */
const refused = (error: string, says: RegExp): Command =>
  deploy({
    code: error === 'production.sick' ? 8 : 1,
    error,
    says,
    status: { phase: 'ready', next: /relctl deploy next/ },
  });

const OUT = { state: 'out' } as const;
const BACK = { state: 'before', phase: 'rolled-back' } as const;
const ABORTED = { state: 'before', phase: 'aborted' } as const;

/** What each state of production does to a release, and how it goes on. */
export const COURSES: Readonly<Record<string, Readonly<Record<Way, Course>>>> = {
  'a crash loop before': {
    forward: {
      steps: [state.crashLoop, refused('production.sick', /CrashLoopBackOff/), deploy({}, ...ANYWAY)],
      end: OUT,
    },
    abort: { steps: [state.crashLoop, NOW, canary({}, ...ANYWAY), abort()], end: ABORTED },
    rollback: {
      steps: [state.crashLoop, NOW, deploy({}, ...ANYWAY), rollback({ says: /0 of 3 available/ })],
      end: BACK,
    },
  },
  'one pod short for ever': {
    forward: {
      steps: [
        state.oneShort,
        refused('production.sick', /2 of 3 available.*anti-affinity/),
        deploy({ says: /it had no more before the release/ }, ...ANYWAY),
      ],
      end: { state: 'out', pods: 2 },
    },
    abort: { steps: [state.oneShort, NOW, canary({}, ...ANYWAY), abort()], end: ABORTED },
    rollback: {
      steps: [state.oneShort, NOW, deploy({}, ...ANYWAY), rollback({ says: /2 of 3 available/ })],
      end: BACK,
    },
  },
  'mending by hand in between': {
    forward: {
      steps: [
        canary(),
        state.mend,
        deploy(
          {
            code: 1,
            error: 'cluster.drift',
            says: /1\.0\.1-hotfix/,
            status: { phase: 'rolled-back', next: /--reopen/ },
          },
          '--promote',
        ),
      ],
      end: { state: 'theirs', phase: 'rolled-back', image: /1\.0\.1-hotfix/ },
    },
    abort: {
      steps: [canary(), state.mend, abort({ says: /others changed production Deployment\/web/ })],
      end: { state: 'theirs', phase: 'aborted', image: /1\.0\.1-hotfix/ },
    },
    rollback: {
      steps: [
        deploy(),
        state.mend,
        rollback({
          code: 8,
          error: 'rollback.changed-by-hand',
          says: /1\.0\.1-hotfix/,
          status: { phase: 'deployed', says: /changed since the release wrote it/, next: /--hand-changes/ },
        }),
        rollback({}, '--hand-changes', 'restore'),
      ],
      end: BACK,
    },
  },
  'a paused Deployment': {
    forward: {
      steps: [state.pause, refused('production.unfit', /paused.*rollout resume/s), state.unpause, deploy()],
      end: OUT,
    },
    abort: { steps: [canary(), state.pause, abort({ says: /others changed/ }), state.unpause], end: ABORTED },
    rollback: {
      steps: [
        deploy(),
        state.pause,
        rollback({
          code: 8,
          error: 'rollback.changed-by-hand',
          status: { phase: 'deployed', says: /changed since the release wrote it/, next: /--hand-changes/ },
        }),
        rollback({}, '--hand-changes', 'restore'),
      ],
      end: BACK,
    },
  },
  'no room for one more pod': {
    forward: {
      steps: [
        NOW,
        state.room(3),
        deploy({
          code: 1,
          error: 'rollout.timeout',
          says: /Insufficient cpu/,
          status: { phase: 'rolled-back', next: /./ },
        }),
      ],
      end: BACK,
    },
    abort: { steps: [canary(), state.room(4), abort()], end: ABORTED },
    rollback: {
      steps: [
        deploy(),
        state.room(3),
        rollback({
          code: 1,
          error: 'rollback.unhealthy',
          says: /Insufficient cpu/,
          status: { phase: 'deployed', says: /Insufficient cpu/, next: /--accept-unhealthy/ },
        }),
        state.roomForAll,
        rollback(),
      ],
      end: BACK,
    },
  },
  'a full quota': {
    forward: {
      steps: [state.quota(3), refused('production.unfit', /exceeded quota: pods/), state.noQuota, deploy()],
      end: OUT,
    },
    abort: { steps: [canary(), state.quota(4), abort(), state.noQuota], end: ABORTED },
    rollback: {
      steps: [
        deploy(),
        state.quota(3),
        rollback({
          code: 1,
          error: 'rollback.unhealthy',
          says: /exceeded quota/,
          status: { phase: 'deployed', says: /exceeded quota/, next: /--accept-unhealthy/ },
        }),
        state.noQuota,
        rollback(),
      ],
      end: BACK,
    },
  },
  'a budget that allows no eviction': {
    forward: { steps: [state.budget, deploy({ says: /allows no eviction/ }), state.noBudget], end: OUT },
    abort: { steps: [state.budget, canary(), abort(), state.noBudget], end: ABORTED },
    rollback: { steps: [state.budget, deploy(), rollback(), state.noBudget], end: BACK },
  },
  'a webhook that does not answer': {
    forward: {
      steps: [state.webhookDown, refused('production.unfit', /failed calling webhook/), state.webhookUp, deploy()],
      end: OUT,
    },
    abort: {
      steps: [
        canary(),
        state.webhookDown,
        abort({
          code: 1,
          says: /failed calling webhook/,
          status: { phase: 'canary', says: /failed calling webhook/, next: /^relctl rollback next$/ },
        }),
        state.webhookUp,
        rollback(),
      ],
      end: ABORTED,
    },
    rollback: {
      steps: [
        deploy(),
        state.webhookDown,
        rollback({
          code: 1,
          says: /failed calling webhook/,
          status: { phase: 'deployed', says: /failed calling webhook/, next: /relctl rollback next/ },
        }),
        state.webhookUp,
        rollback(),
      ],
      end: BACK,
    },
  },
  'a finalizer that nobody takes away': {
    forward: {
      steps: [
        state.deleted,
        NOW,
        refused('production.unfit', /is being deleted and waits for its finalizers: example.com\/backup/),
      ],
      end: { state: 'before', phase: 'ready' },
    },
    abort: {
      steps: [
        canary(),
        state.canaryKept,
        abort({
          code: 1,
          error: 'tool.timeout',
          says: /example.com\/backup/,
          status: { phase: 'canary', says: /web-canary.*is being deleted/, next: /relctl rollback next/ },
        }),
        state.canaryFreed,
        rollback(),
      ],
      end: ABORTED,
    },
    rollback: {
      steps: [
        deploy(),
        state.deleted,
        rollback({
          code: 1,
          error: 'rollback.incomplete',
          says: /example.com\/backup/,
          status: { phase: 'deployed', says: /example.com\/backup/, next: /^relctl rollback next$/ },
        }),
        state.gone,
        rollback(),
      ],
      end: BACK,
    },
  },
  'an immutable field that somebody changed': {
    forward: {
      steps: [state.remade, NOW, refused('production.unfit', /immutable/)],
      end: { state: 'before', phase: 'ready' },
    },
    abort: {
      steps: [canary(), state.remade, abort({ says: /others changed production Deployment\/web/ })],
      end: { state: 'theirs', phase: 'aborted', image: /1\.0\.0/ },
    },
    rollback: {
      steps: [
        deploy(),
        state.remade,
        rollback({
          code: 8,
          error: 'rollback.changed-by-hand',
          status: { phase: 'deployed', says: /changed since the release wrote it/, next: /--hand-changes/ },
        }),
        rollback(
          { code: 1, says: /immutable/, status: { phase: 'deployed', says: /immutable/, next: /--hand-changes keep/ } },
          '--hand-changes',
          'restore',
        ),
        rollback({}, '--hand-changes', 'keep'),
      ],
      end: { state: 'theirs', phase: 'rolled-back', image: /sha256|2\.0\.0/ },
    },
  },
  'an autoscaler at its maximum': {
    forward: { steps: [state.autoscaled, deploy({ says: /is at its maximum of 3/ }), state.noAutoscaler], end: OUT },
    abort: { steps: [state.autoscaled, canary(), abort(), state.noAutoscaler], end: ABORTED },
    rollback: { steps: [state.autoscaled, deploy(), rollback(), state.noAutoscaler], end: BACK },
  },
  'a half-finished rollout of somebody else': {
    forward: {
      steps: [state.halfRollout, refused('production.sick', /ErrImagePull|ImagePullBackOff/), deploy({}, ...ANYWAY)],
      end: OUT,
    },
    abort: { steps: [state.halfRollout, NOW, canary({}, ...ANYWAY), abort()], end: ABORTED },
    rollback: {
      steps: [state.halfRollout, NOW, deploy({}, ...ANYWAY), rollback({ says: /ImagePullBackOff|3 of 3 available/ })],
      end: BACK,
    },
  },
};
