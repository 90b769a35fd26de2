import type { Config } from '../../plan/config.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { KubernetesRunner } from '../../plan/runner.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { podTemplate, runLabels } from './pod.ts';

/** What has to be given every few minutes, every hour or every day, for each release that is due for it. */
export const SCHEDULED = ['hypercare', 'success', 'remind', 'resume'] as const;
export type Scheduled = (typeof SCHEDULED)[number];

/** A look that hangs must not hold up the next one. */
const DEADLINE_SECONDS = 1800;
/** A controller that was away for longer leaves one out: the next one sees what it would have seen. */
const LATE_SECONDS = 900;

/** The CronJobs that give the scheduled commands; each pod clones the default branch and goes through the releases. */
export function cronJobs(
  { environments, timeZone }: Pick<Config, 'environments' | 'timeZone'>,
  settings: KubernetesRunner,
  repository: string,
): readonly KubeObject[] {
  const namespace = settings.namespace ?? environments.production.namespace;
  return SCHEDULED.map((name) => {
    const labels = runLabels(`scheduled-${name}`);
    const args = ['runner', '--due', name, `--as=${settings.identity}`, '--no-color'];
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: `relctl-${name}`, namespace, labels },
      spec: {
        schedule: settings.schedule[name],
        timeZone,
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: LATE_SECONDS,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            backoffLimit: 0,
            // Whoever takes up a run that is dead carries it on to its end.
            activeDeadlineSeconds: name === 'resume' ? durationSeconds(settings.deadline) : DEADLINE_SECONDS,
            template: podTemplate(settings, { args, labels, repository }),
          },
        },
      },
    };
  });
}
