import { durationSeconds } from '../../plan/duration.ts';
import type { KubernetesRunner } from '../../plan/runner.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Work } from '../../ports/runner.ts';
import { CONTAINER, jobName } from './names.ts';
import { podTemplate, runLabels } from './pod.ts';
import { writeWork } from './work-text.ts';

/** Who asked for a run, on its Job. */
export const ASKED_BY = 'relctl.dev/asked-by';

/** How long a Job that has ended tells how: until then the same command shows it. */
const KEPT_SECONDS = 7 * 86_400;

/**
 * Exit codes with which relctl has said its last word: 1 failed, 2 usage, 4 a gate, 8 a person must act, 70 a bug. With any other the pod was
 * ended from outside (137, 143; 3 is an interruption that nobody gave), and another one goes on.
 */
const LAST_WORDS = [1, 2, 4, 8, 70];

/**
 * The Job that carries a deployment on. Its pods are never restarted in place: each one clones anew, so that a node that is lost takes
 * nothing along. Evictions and drained nodes do not count as failures (`DisruptionTarget`).
 * @param namespace that the release goes to
 * @param repository that its pods clone
 */
export function deploymentJob(
  settings: KubernetesRunner,
  work: Work,
  namespace: string,
  repository: string,
): KubeObject {
  const name = jobName(work, namespace);
  const labels = runLabels(work.release);
  const where = settings.namespace ?? namespace;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels, annotations: { [ASKED_BY]: work.askedBy } },
    spec: {
      backoffLimit: settings.restarts,
      activeDeadlineSeconds: durationSeconds(settings.deadline),
      ttlSecondsAfterFinished: KEPT_SECONDS,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailJob', onExitCodes: { containerName: CONTAINER, operator: 'In', values: LAST_WORDS } },
        ],
      },
      template: podTemplate(settings, {
        labels,
        repository,
        args: ['runner', work.release, '--carry', `--as=${settings.identity}`, '--events=ndjson'],
        variables: {
          RELCTL_WORK: writeWork(work),
          RELCTL_ASKED_BY: work.askedBy,
          RELCTL_JOB: `${where}/${name}`,
          ...(work.records === '' ? {} : { RELCTL_RECORDS_BRANCH: work.records }),
        },
      }),
    },
  };
}
