import { formatMoment, isoTime, timeOf } from '../domain/calendar.ts';
import { RelctlError } from '../domain/errors.ts';
import { hypercareEnd } from '../domain/gates/delivery.ts';
import type { Outcome } from '../domain/outcome.ts';
import { nextActions } from '../domain/process.ts';
import { durationSeconds } from '../plan/duration.ts';
import type { SmokeTest } from '../plan/spec.ts';
import { approvalAnswer } from './answers.ts';
import type { Context } from './context.ts';
import { flushOutbox, notify } from './notify.ts';
import { openForCommand, type Release } from './release.ts';
import type { SignoffCheck } from './signoff.ts';
import { lastLine } from './signoff-ops.ts';
import { shown } from './signoff-qa.ts';

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
  await flushOutbox(context, release);
  const { journal, policy } = release;
  const { smokeTests } = journal.plan.spec;
  refuseUnknown(id, smokeTests, [...answers.passed, ...answers.failed]);
  const automatic = await Promise.all(
    smokeTests.filter((test) => test.manual === undefined).map((test) => runSmokeTest(context, test)),
  );
  const manual: SignoffCheck[] = [];
  // One question after the other, once nothing else is drawn on the terminal.
  for (const test of smokeTests) {
    if (test.manual !== undefined) manual.push(await askSmokeTest(context, test, answers));
  }
  const checks = [...automatic, ...manual];
  const ok = checks.every((check) => check.ok);
  if (!ok) {
    await journal.record('verify.recorded', { ok, checks });
    return outcome(
      context,
      release,
      'failed',
      `a smoke test failed; ${journal.plan.metadata.feature} is not complete`,
      checks,
    );
  }
  const until = isoTime(hypercareEnd(context.clock.now(), policy.hypercareHours));
  await journal.recordAll([
    ['verify.recorded', { ok, checks }],
    ['hypercare.started', { until, hours: policy.hypercareHours }],
  ]);
  await notify(context, release, 'deploy.complete', `attempt ${journal.state.deployment?.attempt ?? 1}`);
  return outcome(
    context,
    release,
    'done',
    `${journal.plan.metadata.feature} is verified; hypercare runs until ${formatMoment(timeOf(until), journal.plan.spec.window.timeZone)}`,
    checks,
  );
}

function outcome(
  context: Context,
  release: Release,
  result: 'done' | 'failed',
  headline: string,
  checks: readonly SignoffCheck[],
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
      ...(result === 'failed' ? { code: 'smoke.failed' } : {}),
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
    why: 'What a program checks cannot be answered by hand.',
    hints:
      manual.length === 0
        ? ['this release has no manual smoke test']
        : manual.map((name) => `--passed ${JSON.stringify(name)}`),
  });
}

async function runSmokeTest(context: Context, test: SmokeTest): Promise<SignoffCheck> {
  const { environments, sink } = context;
  const step = `smoke:${test.name}`;
  sink.emit({ type: 'step', step, title: test.name, state: 'started' });
  const timeout = durationSeconds(test.timeout) * 1000;
  const result =
    test.http === undefined
      ? await runCommand(environments.commands, test, timeout)
      : await probe(environments.http, test.http, timeout);
  sink.emit({ type: 'step', step, title: test.name, state: result.ok ? 'completed' : 'failed', detail: result.detail });
  return { name: test.name, ...result };
}

type Finding = Pick<SignoffCheck, 'ok' | 'detail'>;

async function probe(
  http: Context['environments']['http'],
  test: NonNullable<SmokeTest['http']>,
  timeout: number,
): Promise<Finding> {
  const { status, body } = await http.get(test.url, { timeout });
  if (status === null) return { ok: false, detail: `${test.url}: ${body}` };
  if (status !== test.status) return { ok: false, detail: `${test.url} answers ${status}, not ${test.status}` };
  if (test.contains !== undefined && !body.includes(test.contains)) {
    return { ok: false, detail: `${test.url} answers ${status} without "${test.contains}"` };
  }
  return { ok: true, detail: `${test.url} answers ${status}` };
}

async function runCommand(
  commands: Context['environments']['commands'],
  test: SmokeTest,
  timeout: number,
): Promise<Finding> {
  const argv = test.command ?? [];
  const { exitCode, output } = await commands.run(argv, { timeout });
  const said = lastLine(output);
  return {
    ok: exitCode === 0,
    detail: `${argv[0]} exits ${exitCode ?? 'by its deadline'}${said === '' ? '' : `: ${said}`}`,
  };
}

async function askSmokeTest(context: Context, test: SmokeTest, answers: VerifyAnswers): Promise<SignoffCheck> {
  const given = answers.failed.includes(test.name) ? false : answers.passed.includes(test.name) ? true : undefined;
  const name = JSON.stringify(test.name);
  const ok = await approvalAnswer(context.prompter, given, {
    message: `${test.name}: ${test.manual}. Is it so?`,
    flag: `--passed ${name} or --failed ${name}`,
  });
  return { name: test.name, ok, detail: `${context.actor}: ${ok ? 'yes' : 'no'}` };
}
