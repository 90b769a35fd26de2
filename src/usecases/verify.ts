import { productionTargets } from '../domain/deployment/steps.ts';
import { hypercareEnd } from '../domain/gates/delivery.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import { formatMoment, isoTime, timeOf } from '../domain/schedule/calendar.ts';
import { type ErrorCode, RelctlError } from '../errors.ts';
import type { SmokeTest } from '../plan/spec.ts';
import { command } from '../text/command-line.ts';
import { type RecordedCheck, shown } from './checks/check-lines.ts';
import { acquireLock, type Lock, releaseLock } from './cluster/lock.ts';
import { clusterOf } from './cluster/run.ts';
import { checkDeployed } from './cluster/running.ts';
import { removeJobs } from './deployment/migrate.ts';
import { checkIdentities } from './deployment/open-run.ts';
import { approvalAnswer } from './release/answers.ts';
import type { Context } from './release/context.ts';
import type { Entry } from './release/journal.ts';
import { flushOutbox, recordAndTell } from './release/notify.ts';
import type { Release } from './release/open.ts';
import { openForCommand } from './release/pass-gates.ts';
import { rollback } from './rollback.ts';
import { runChecks } from './verification/run-checks.ts';

/** What an operator's flags may answer: names of manual smoke tests that passed, and that failed. */
export interface VerifyAnswers {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/**
 * Runs the smoke checklist in production. When all is well, the completion is announced and hypercare begins; when anything
 * fails, neither happens and a rollback is what is offered.
 */
export async function verify(context: Context, id: string, answers: VerifyAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'verify', undefined);
  const { journal, policy } = release;
  const { smokeTests } = journal.plan.spec;
  refuseUnknown(id, smokeTests, [...answers.passed, ...answers.failed]);
  // Without a terminal an answer that no flag gives is missing, which is said before anything runs or is written.
  const given = context.prompter.interactive ? undefined : await askSmokeTests(context, smokeTests, answers);
  await flushOutbox(context, release);
  const running = await checkDeployed(context, release);
  if (running.some((check) => !check.ok)) {
    // Nothing that is tested would be about the candidate.
    await journal.record('verify.recorded', { ok: false, checks: [...running] });
    return failure(context, release, running, 'cluster.drift', 'production does not run what was deployed');
  }
  const automatic = await runAutomatic(context, release);
  const asked = given ?? (await askSmokeTests(context, smokeTests, answers));
  const checks = [...automatic, ...asked, ...running];
  const ok = checks.every((check) => check.ok);
  if (!ok) {
    await journal.record('verify.recorded', { ok, checks });
    return (
      (await offerRollback(context, release, checks)) ??
      failure(context, release, checks, 'smoke.failed', 'a smoke test failed')
    );
  }
  const until = isoTime(hypercareEnd(context.clock.now(), policy.hypercareHours));
  const verified: readonly Entry[] = [
    ['verify.recorded', { ok, checks }],
    ['hypercare.started', { until, hours: policy.hypercareHours }],
  ];
  const occasion = `attempt ${journal.state.deployment?.attempt ?? 1}`;
  await recordAndTell(context, release, verified, 'deploy.complete', occasion);
  return outcome(
    context,
    release,
    'done',
    `${journal.plan.metadata.feature} is verified; hypercare runs until ${formatMoment(timeOf(until), journal.plan.spec.window.timeZone)}`,
    checks,
  );
}

/** The automatic checks; where one of them runs in production, under the lock of every target. */
async function runAutomatic(context: Context, release: Release): Promise<readonly RecordedCheck[]> {
  const { plan, state } = release.journal;
  const tests = plan.spec.smokeTests.filter((test) => test.manual === undefined);
  const locks: Lock[] = [];
  try {
    if (tests.some((test) => test.job !== undefined)) await lockProduction(context, release, locks);
    return await runChecks({ context, release: plan.id, attempt: state.deployment?.attempt ?? 1, locks }, tests);
  } finally {
    for (const lock of locks) await releaseLock(context, lock);
  }
}

async function lockProduction(context: Context, release: Release, locks: Lock[]): Promise<void> {
  const { journal, policy } = release;
  const targets = productionTargets(context.config);
  await checkIdentities(context, targets);
  for (const target of targets) {
    const lock = await acquireLock(context, target, clusterOf(context, target), journal.plan.id, {
      durationSeconds: policy.production.lockSeconds,
      wait: true,
      takeOver: false,
      fenceAbove: journal.state.deployment?.fence ?? 0,
    });
    locks.push(lock);
    // What a verification that was killed had left behind.
    await removeJobs(context, lock, journal.plan.id);
  }
}

/** Where a person sits at the terminal, going back is one answer away; no is the default. */
async function offerRollback(
  context: Context,
  release: Release,
  checks: readonly RecordedCheck[],
): Promise<Outcome | undefined> {
  if (!context.prompter.interactive) return undefined;
  const { id, metadata } = release.journal.plan;
  const names = checks.filter((check) => !check.ok).map((check) => check.name);
  const wanted = await context.prompter.confirm({
    message: `${names.join(', ')}: failed. Roll ${metadata.feature} back now?`,
    flag: command`relctl rollback ${id}`,
    default: false,
    approval: true,
  });
  if (!wanted) return undefined;
  const reason = `smoke test failed: ${names.join(', ')}`;
  const end = await rollback(context, id, { reason, confirmed: true, takeOver: false, pastPointOfNoReturn: false });
  return {
    ...end,
    result: 'failed',
    blocks: [{ kind: 'checks', checks: checks.map(shown) }, ...end.blocks],
    data: { ...end.data, ok: false, code: 'smoke.failed', checks },
  };
}

function failure(
  context: Context,
  release: Release,
  checks: readonly RecordedCheck[],
  code: ErrorCode,
  what: string,
): Outcome {
  const { feature } = release.journal.plan.metadata;
  const failed = outcome(context, release, 'failed', `${what}; ${feature} is not complete`, checks);
  return { ...failed, data: { ...failed.data, code } };
}

function outcome(
  context: Pick<Context, 'environments'>,
  release: Release,
  result: 'done' | 'failed',
  headline: string,
  checks: readonly RecordedCheck[],
): Outcome {
  const { journal } = release;
  return {
    result,
    headline,
    blocks: [
      { kind: 'checks', checks: checks.map(shown) },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: journal.plan.id,
      phase: journal.state.phase,
      ok: result === 'done',
      checks,
    },
    simulated: context.environments.simulated,
  };
}

function refuseUnknown(id: string, tests: readonly SmokeTest[], named: readonly string[]): void {
  const manual = tests.filter((test) => test.manual !== undefined).map((test) => test.name);
  const unknown = named.find((name) => !manual.includes(name));
  if (unknown === undefined) return;
  throw new RelctlError('usage.bad-flag', `"${unknown}" is not a manual smoke test of ${id}`, {
    why: 'The result of an automatic check cannot be entered by hand.',
    hints:
      manual.length === 0 ? ['this release has no manual smoke test'] : manual.map((name) => command`--passed ${name}`),
  });
}

/** One question after the other: a person is asked once nothing else is drawn on the terminal. */
async function askSmokeTests(
  context: Context,
  tests: readonly SmokeTest[],
  answers: VerifyAnswers,
): Promise<readonly RecordedCheck[]> {
  const checks: RecordedCheck[] = [];
  for (const test of tests) {
    if (test.manual !== undefined) checks.push(await askSmokeTest(context, test, answers));
  }
  return checks;
}

async function askSmokeTest(
  context: Pick<Context, 'actor' | 'prompter'>,
  test: SmokeTest,
  answers: VerifyAnswers,
): Promise<RecordedCheck> {
  const given = answers.failed.includes(test.name) ? false : answers.passed.includes(test.name) ? true : undefined;
  const name = JSON.stringify(test.name);
  const ok = await approvalAnswer(context.prompter, given, {
    message: `${test.name}: ${test.manual}. Did it pass?`,
    flag: command`--passed ${name} or --failed ${name}`,
  });
  return { name: test.name, ok, detail: `${context.actor}: ${ok ? 'yes' : 'no'}` };
}
