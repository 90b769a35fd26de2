import { isoTime } from '../../domain/schedule/calendar.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { SmokeTest } from '../../plan/spec.ts';
import { type RecordedCheck, slugOf } from '../checks/check-lines.ts';
import { stopIfInterrupted } from '../cluster/interrupted.ts';
import type { Lock } from '../cluster/lock.ts';
import type { Context } from '../release/context.ts';
import { lookByJob } from './job.ts';
import { type Look, lookAtUrl, lookByCommand } from './look.ts';

/** What the checks of one verification share. */
export interface Verification {
  readonly context: Context;
  readonly release: string;
  /** The deployment that is verified. */
  readonly attempt: number;
  /** The locks of production, where a check runs there. */
  readonly locks: readonly Lock[];
}

const BACKOFF = '2s';

/**
 * Runs the automatic smoke tests: at the same time where nothing is said, after others where the plan says so. One whose
 * predecessors did not pass is not run, which is no pass.
 */
export async function runChecks(run: Verification, tests: readonly SmokeTest[]): Promise<readonly RecordedCheck[]> {
  const begun = new Map<string, Promise<RecordedCheck>>();
  for (const test of tests) {
    // Only those further up are there yet, so that no circle can come about.
    const before = (test.after ?? []).map((name) => begun.get(name) ?? Promise.resolve(notThere(name)));
    begun.set(test.name, runAfter(run, test, before));
  }
  return Promise.all(begun.values());
}

async function runAfter(
  run: Verification,
  test: SmokeTest,
  before: readonly Promise<RecordedCheck>[],
): Promise<RecordedCheck> {
  const failed = (await Promise.all(before)).find((check) => !check.ok);
  return failed === undefined
    ? runCheck(run, test)
    : { name: test.name, ok: false, detail: `not run, because "${failed.name}" did not pass` };
}

/** One smoke test, repeated within its limits; all of its tries are kept. */
async function runCheck(run: Verification, test: SmokeTest): Promise<RecordedCheck> {
  const { context } = run;
  const step = `smoke:${test.name}`;
  const most = 1 + (test.retries ?? 0);
  const tries: Record<string, unknown>[] = [];
  context.sink.emit({ type: 'step', step, title: test.name, state: 'started' });
  for (;;) {
    const at = isoTime(context.clock.now());
    const look = await lookOnce(run, test);
    tries.push({ at, ok: look.ok, ...look.facts });
    if (look.ok || tries.length >= most) return conclude(run, test, look, tries);
    context.sink.emit({
      type: 'waiting',
      subject: test.name,
      detail: `try ${tries.length} of ${most}: ${look.detail}`,
    });
    const pause = durationSeconds(test.backoff ?? BACKOFF) * 1000 * 2 ** (tries.length - 1);
    await context.clock.sleep(pause, context.interruption.signal);
    stopIfInterrupted(context);
  }
}

function lookOnce({ context, locks }: Verification, test: SmokeTest): Promise<Look> {
  if (test.http !== undefined) return lookAtUrl(context, test.http, test.timeout);
  if (test.job !== undefined) return lookByJob(context, locks, test);
  return lookByCommand(context, test);
}

async function conclude(
  { context, release, attempt }: Verification,
  test: SmokeTest,
  look: Look,
  tries: readonly Record<string, unknown>[],
): Promise<RecordedCheck> {
  const kept = `${JSON.stringify({ smokeTest: test.name, ok: look.ok, tries }, null, 2)}\n`;
  const evidence = await context.store.keep(release, `smoke-${attempt}-${slugOf(test.name)}.json`, kept);
  const repeated = tries.length > 1;
  const detail = repeated ? `${look.detail} (${look.ok ? 'at' : 'after'} try ${tries.length})` : look.detail;
  const state = look.ok ? 'completed' : 'failed';
  context.sink.emit({ type: 'step', step: `smoke:${test.name}`, title: test.name, state, detail });
  return {
    name: test.name,
    ok: look.ok,
    detail,
    // It is good now, but it was not at once: people decide what that means.
    ...(look.ok && repeated ? { warning: true } : {}),
    evidence: { ...evidence },
  };
}

function notThere(name: string): RecordedCheck {
  return { name, ok: false, detail: 'there is no automatic check of that name before it' };
}
