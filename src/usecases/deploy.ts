import { deploymentSteps, productionTargets } from '../domain/deployment/steps.ts';
import { isGoingBack } from '../domain/history/state.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions, type ProcessCommand } from '../domain/process/process.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { refuseBlindCanary } from './canary/expectation.ts';
import { requireManifests } from './cluster/check-manifests.ts';
import { proveLock, releaseLock } from './cluster/lock.ts';
import type { Run } from './cluster/run.ts';
import { refuseAllNew } from './deployment/all-new.ts';
import { allChanges } from './deployment/changes.ts';
import { deployedBy } from './deployment/completion.ts';
import { findUnfitOnceSettled, requireFit } from './deployment/fitness.ts';
import { goForward, highestFence, rollsBack } from './deployment/forward.ts';
import { pinnedImages } from './deployment/images.ts';
import { type FoundInDatabase, settleMigrations } from './deployment/job-record.ts';
import { removeJobs } from './deployment/migrate.ts';
import { refuseObstacles } from './deployment/obstacles.ts';
import { checkIdentities, openRun } from './deployment/open-run.ts';
import { type RollbackEnd, rollBack } from './deployment/roll-back.ts';
import { refuseWithoutRoom } from './deployment/room.ts';
import { surveying } from './deployment/survey.ts';
import { examineImages, refuseUnproven } from './provenance/examine.ts';
import { oneEach } from './provenance/staged.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import type { Release } from './release/open.ts';
import { openForCommand } from './release/pass-gates.ts';
import { subjectOf } from './release/subject.ts';
import { refuseStagedDrift } from './staging/record.ts';

/** What `relctl deploy` may be asked. */
export interface DeployOptions {
  /** `full` goes all the way, `canary` stops at the verdict; the others go on from a deployment that was begun. */
  readonly mode: 'full' | 'canary' | 'promote' | 'resume' | 'abort';
  readonly exception?: string;
  readonly reason?: string;
  readonly takeOver: boolean;
  /** A canary is started although its traffic is too small to pass. */
  readonly acceptLowTraffic?: boolean;
  /** Migrations that a person found done, or not done, where their Jobs are gone. */
  readonly found?: FoundInDatabase;
}

const COMMANDS: Readonly<Record<DeployOptions['mode'], ProcessCommand>> = {
  full: 'deploy',
  canary: 'deploy',
  promote: 'deploy --promote',
  resume: 'deploy --resume',
  abort: 'deploy --abort',
};

/** Deploys to production: announcement, canary, judgement, rollout; or goes on with what an earlier run began. */
export async function deploy(context: Context, id: string, options: DeployOptions): Promise<Outcome> {
  const command = COMMANDS[options.mode];
  const typed = options.mode === 'canary' ? 'deploy --canary' : command;
  const release = await openForCommand(context, id, command, options.exception, { typed });
  await context.runs.begin(id);
  try {
    const run =
      options.mode === 'full' || options.mode === 'canary'
        ? await begin(context, release, options)
        : await takeUp(context, release, options);
    await flushOutbox(context, release);
    await settleMigrations(run, options.found ?? {});
    return await finish(run, options);
  } finally {
    await context.runs.end(id);
  }
}

async function begin(context: Context, release: Release, options: DeployOptions): Promise<Run> {
  const { journal } = release;
  const { plan, state } = journal;
  const attempt = state.attempts.deploy + 1;
  const images = pinnedImages(plan.spec, state);
  // The first question waits until kubectl has started; what the repository says is read meanwhile.
  const rendered = requireManifests(context, plan);
  rendered.catch(() => undefined);
  const clusters = await checkIdentities(context, productionTargets(context.config));
  await rendered;
  await refuseStagedDrift(context, release);
  const findings = await examineImages(context, plan, release.policy, oneEach(images));
  refuseUnproven(context, plan, release.policy, findings, 'Nothing was announced or changed.');
  const survey = surveying(context);
  const changes = await allChanges(survey, release, productionTargets(context.config));
  refuseAllNew(plan, changes);
  refuseObstacles(plan, changes);
  const sick = await requireFit(context, plan.id, await findUnfitOnceSettled(survey, changes), options.reason);
  await refuseBlindCanary(survey, release, options.acceptLowTraffic);
  const steps = deploymentSteps(plan.spec, context.config).flatMap((group) => group.map((step) => step.id));
  refuseWithoutRoom(plan, steps.length);
  // Where records cannot leave this machine, nothing is begun.
  await context.records?.secure(plan.id);
  return openRun(context, release, {
    attempt,
    images,
    wait: false,
    takeOver: options.takeOver,
    isIdentified: true,
    async record(run) {
      await journal.record('deploy.started', {
        ...subjectOf(plan),
        attempt,
        fence: highestFence(run),
        strategy: plan.spec.canary.strategy,
        clusters,
        steps,
        images,
        run: context.runs.self,
        ...(sick === undefined ? {} : { sick: { reason: sick.reason, findings: [...sick.findings] } }),
        ...(options.mode === 'canary' ? { stopsAtVerdict: true as const } : {}),
        ...(release.signing.trust === undefined ? {} : { trust: release.signing.trust }),
      });
      await context.records?.secure(plan.id);
    },
  });
}

/** Goes on with a deployment that was begun. Errors: `plan.digest-mismatch` when the plan is no longer the one that was. */
async function takeUp(context: Context, release: Release, options: DeployOptions): Promise<Run> {
  const { journal } = release;
  const deployment = journal.state.deployment;
  if (deployment === undefined) throw new Error('a deployment in production without deploy.started');
  const { started, attempt } = deployment;
  if (options.mode !== 'abort' && started.data.specDigest !== journal.plan.specDigest) {
    throw new RelctlError('plan.digest-mismatch', `${journal.plan.file} was changed since the deployment began`, {
      place: { file: journal.plan.file },
      why: 'What goes on must be what was approved and begun.',
      hints: [command`git diff -- ${journal.plan.file}`, command`relctl deploy ${journal.plan.id} --abort`],
    });
  }
  const reason = options.reason ?? options.mode;
  return openRun(context, release, {
    attempt,
    images: started.data.images,
    wait: true,
    takeOver: options.takeOver,
    isWayBack: options.mode === 'abort' || isGoingBack(deployment),
    record: (run) =>
      journal.record('deploy.resumed', { attempt, fence: highestFence(run), reason, run: context.runs.self }),
  });
}

async function finish(run: Run, options: DeployOptions): Promise<Outcome> {
  const { context, release } = run;
  const { journal } = release;
  if (options.mode === 'abort') {
    const reason = options.reason ?? `aborted by ${context.actor}`;
    await recordAbort(run, reason);
    return rolledBack(run, await rollBack(run, reason), reason, undefined);
  }
  if (isGoingBack(journal.state.deployment)) {
    const reason = journal.state.deployment?.rollbackReason ?? 'resumed';
    return rolledBack(run, await rollBack(run, reason), reason, undefined);
  }
  try {
    const stopAtVerdict = options.mode !== 'promote' && journal.state.deployment?.started.data.stopsAtVerdict === true;
    const end = await goForward(run, { stopAtVerdict });
    if (end === 'held') return await held(run);
    return await completed(run);
  } catch (error) {
    if (rollsBack(error)) {
      if (error.code === 'canary.aborted') await recordAbort(run, error.message);
      return rolledBack(run, await rollBack(run, error.message), error.message, error);
    }
    if (error instanceof RelctlError && (error.code === 'pending.person' || error.code === 'answer.interrupted')) {
      await journal.record('canary.held', { attempt: run.attempt, reason: `interrupted by ${context.actor}` });
    }
    throw standing(release, error);
  }
}

async function recordAbort(run: Run, reason: string): Promise<void> {
  const { journal } = run.release;
  if (journal.state.deployment?.provedBack.has('deploy.aborted') === true) return;
  await journal.record('deploy.aborted', { attempt: run.attempt, reason });
}

async function completed(run: Run): Promise<Outcome> {
  const { context, release } = run;
  const { journal } = release;
  const { images, templates } = await deployedBy(run);
  for (const lock of run.locks.values()) {
    await removeJobs(context, lock, journal.plan.id);
    // Whoever was overtaken at the very end has no say in how it ended.
    await proveLock(context, lock);
  }
  await journal.record('deploy.completed', { attempt: run.attempt, images, templates });
  await unlock(run);
  return {
    result: 'done',
    headline: `${journal.plan.metadata.feature} is rolled out to production`,
    blocks: [
      { kind: 'facts', facts: Object.entries(images).map(([service, ids]) => [service, ids.join(', ')] as const) },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: journal.plan.id,
      phase: journal.state.phase,
      attempt: run.attempt,
      images,
      verdict: verdictData(release),
    },
    simulated: context.environments.simulated,
  };
}

/** `--canary`: the verdict is there, the canary keeps its share and the lock until somebody promotes or aborts. */
async function held(run: Run): Promise<Outcome> {
  const { context, release } = run;
  const { journal } = release;
  await journal.record('canary.held', {
    attempt: run.attempt,
    reason: 'stopped after the verdict, because of --canary',
  });
  return {
    result: 'done',
    headline: `the canary of ${journal.plan.metadata.feature} passed and keeps its share of the traffic`,
    blocks: [
      { kind: 'text', text: journal.state.deployment?.verdict?.data.reason ?? '' },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: { release: journal.plan.id, phase: journal.state.phase, attempt: run.attempt, verdict: verdictData(release) },
    simulated: context.environments.simulated,
  };
}

/** What is answered after a rollback, whoever asked for it. */
export async function rolledBack(
  run: Run,
  end: RollbackEnd,
  reason: string,
  cause: RelctlError | undefined,
): Promise<Outcome> {
  const { context, release } = run;
  const { journal } = release;
  const { feature } = journal.plan.metadata;
  if (end.state === 'rolled-back') await unlock(run);
  return {
    result: cause === undefined && end.state === 'rolled-back' ? 'done' : 'failed',
    headline:
      end.state === 'frozen'
        ? `${feature} is frozen: migration ${end.migration} cannot be undone, and people were called`
        : end.isProven
          ? `${feature} is rolled back; production is as it was before (${end.verified})`
          : `${feature} is rolled back; that production is as it was before is not proven (${end.verified})`,
    blocks: [
      { kind: 'facts', facts: [['reason', reason], ...(cause === undefined ? [] : [['code', cause.code] as const])] },
      ...(cause?.hints ?? []).map((hint) => ({ kind: 'text' as const, text: hint })),
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: journal.plan.id,
      phase: journal.state.phase,
      attempt: run.attempt,
      reason,
      ...(cause === undefined ? {} : { code: cause.code }),
      verdict: verdictData(release),
      rollback: end,
    },
    simulated: context.environments.simulated,
  };
}

function verdictData(release: Release): unknown {
  return release.journal.state.deployment?.verdict?.data;
}

async function unlock(run: Run): Promise<void> {
  for (const lock of run.locks.values()) await releaseLock(run.context, lock);
}

/** The world failed, not the candidate: production stands still, and the error says how to go on. */
function standing(release: Release, error: unknown): unknown {
  if (!(error instanceof RelctlError) || error.kind === 'gate' || error.kind === 'pending') return error;
  // Somebody else is at work, or nothing can be undone from here: to give the command again would end the same way.
  if (error.code === 'cluster.fenced-off' || error.code === 'snapshot.lost') return error;
  const { plan } = release.journal;
  return new RelctlError(error.code, error.message, {
    why: `${error.why ?? ''} Production stays as it is; nothing is promoted until somebody continues.`.trim(),
    hints: [command`relctl deploy ${plan.id} --resume`, command`relctl deploy ${plan.id} --abort`, ...error.hints],
    cause: error,
    ...(error.data === undefined ? {} : { data: error.data }),
    ...(error.place === undefined ? {} : { place: error.place }),
  });
}
