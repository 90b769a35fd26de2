import { stringify } from 'yaml';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { rbacObjects } from '../domain/runner/rbac.ts';
import { cronJobs } from '../domain/runner/schedule.ts';
import { RelctlError } from '../errors.ts';
import type { KubernetesRunner } from '../plan/runner.ts';
import type { KubeObject } from '../ports/cluster.ts';
import { renderEnvironment } from './cluster/environment.ts';
import type { Context } from './release/context.ts';
import { CONFIG_FILE } from './release/settings.ts';

/**
 * Prints what an administrator applies so that releases can be handed over: the service account, and the rights that relctl uses.
 * @throws RelctlError `config.invalid` where relctl.yaml sets up no such runner; `manifests.*`
 */
export async function runner(context: Context): Promise<Outcome> {
  const settings = kubernetesOf(context);
  const objects = await productionObjects(context);
  return printed(rbacObjects(context.config, settings, objects));
}

/** Prints the CronJobs that watch over releases, and remind people of them. Errors: `config.invalid`, `runner.not-pushed`. */
export async function schedule(context: Context): Promise<Outcome> {
  const settings = kubernetesOf(context);
  const { sharing } = context.repository;
  return printed(cronJobs(context.config, settings, settings.repository ?? (await sharing.address())));
}

function kubernetesOf({ config }: Pick<Context, 'config'>): KubernetesRunner {
  const settings = config.runner?.kubernetes;
  if (settings !== undefined) return settings;
  throw new RelctlError('config.invalid', `${CONFIG_FILE} sets up no runner kubernetes`, {
    place: { file: CONFIG_FILE },
    why: 'Its namespace and its service account are named there.',
    hints: ['runner: { kubernetes: { image: …@sha256:…, identity: … } }, as docs/runner.md shows'],
  });
}

/** Everything that the manifests of production make at HEAD. Errors: those of a service that cannot be rendered. */
async function productionObjects(context: Context): Promise<readonly KubeObject[]> {
  const head = await context.repository.resolve('HEAD');
  const whole = await renderEnvironment(context, head, { environment: 'production' });
  const services = [...whole.services.values()].flatMap((answer): readonly KubeObject[] => {
    if (answer.ok) return [answer.workload, ...answer.others];
    if (answer.cause instanceof RelctlError) throw answer.cause;
    return answer.objects;
  });
  return [...services, ...whole.product];
}

/** YAML for `kubectl apply -f -`, and the same as data. */
function printed(objects: readonly KubeObject[]): Outcome {
  return {
    result: 'done',
    headline: `${objects.length} objects for an administrator to apply`,
    blocks: [{ kind: 'verbatim', text: objects.map((object) => stringify(object)).join('---\n') }],
    data: { objects },
  };
}
