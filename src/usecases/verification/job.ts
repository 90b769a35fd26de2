import { RELEASE_LABEL } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { SmokeTest } from '../../plan/spec.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { lastLine, slugOf } from '../checks/check-lines.ts';
import { refOf, removeFenced } from '../cluster/apply.ts';
import { awaitJob, type JobPurpose, jobLogs } from '../cluster/await-job.ts';
import { keepLock, type Lock } from '../cluster/lock.ts';
import type { Context } from '../release/context.ts';
import type { Look } from './look.ts';

/** Runs the Job of a smoke test once in each target, under its lock, and puts it away again. It passes where all succeed. */
export async function lookByJob(context: Context, locks: readonly Lock[], test: SmokeTest): Promise<Look> {
  const looks = await Promise.all(locks.map((lock) => runJob(context, lock, test)));
  const bad = looks.find((look) => !look.ok);
  return {
    ok: bad === undefined,
    detail: (bad ?? looks[0])?.detail ?? 'there is no production target to run in',
    facts: { jobs: looks.map((look) => look.facts) },
  };
}

async function runJob(context: Context, lock: Lock, test: SmokeTest): Promise<Look> {
  const job = smokeJob(lock, test, context.clock.now());
  const { name } = job.metadata;
  let problem: string | undefined;
  let code: string | undefined;
  // Between two tries the process may have slept, and somebody else may work in this environment by now.
  await keepLock(context, lock);
  await lock.cluster.create(job);
  try {
    await awaitJob(context, lock, job, { timeout: test.timeout, purpose: PURPOSE });
  } catch (error) {
    if (!(error instanceof RelctlError) || !error.code.startsWith('smoke.')) throw error;
    problem = error.message;
    code = error.code;
  }
  const log = await jobLogs(lock.cluster, name, PURPOSE.container);
  await removeFenced(context, lock, refOf(job));
  const said = test.keepOutput === true ? lastLine(log) : '';
  return {
    ok: problem === undefined,
    detail: `${problem ?? `Job ${name} succeeded in ${lock.cluster.name}`}${said === '' ? '' : `: ${said}`}`,
    facts: {
      ...{ job: name, target: lock.target, image: test.job?.image, command: test.job?.command, problem, code },
      logSha256: sha256(log),
      ...(test.keepOutput === true ? { log } : {}),
    },
  };
}

const PURPOSE: JobPurpose = {
  container: 'smoke',
  failed: ['smoke.failed', 'What the test looks at does not work in production.'],
  timeout: ['smoke.timeout', 'A test that does not answer has not passed.'],
  gone: (job) =>
    new RelctlError('smoke.unknown', `Job/${job.metadata.name} is gone, and nobody has read how it ended`, {
      why: 'Something cleans up finished Jobs at once; a test that nobody saw pass has not passed.',
    }),
};

function smokeJob(lock: Lock, test: SmokeTest, now: number): KubeObject {
  const labels = { [RELEASE_LABEL]: lock.release, 'relctl.dev/smoke-test': slugOf(test.name) };
  // Each try is a Job of its own: the name of the one before may still be taken.
  const suffix = sha256(`${lock.release} ${lock.target} ${test.name} ${now}`).slice(0, 10);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `smoke-${slugOf(test.name)}-${suffix}`, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: durationSeconds(test.timeout),
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          containers: [
            { name: PURPOSE.container, image: test.job?.image ?? '', command: [...(test.job?.command ?? [])] },
          ],
        },
      },
    },
  };
}
