import { rbacObjects } from '../../domain/runner/rbac.ts';
import { RelctlError } from '../../errors.ts';
import type { KubernetesRunner } from '../../plan/runner.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { renderEnvironment } from '../cluster/environment.ts';
import type { Context } from '../release/context.ts';
import { CONFIG_FILE } from '../release/settings.ts';

/** How Jobs run, as relctl.yaml says. Errors: `config.invalid` where it sets up no such runner. */
export function kubernetesOf({ config }: Pick<Context, 'config'>): KubernetesRunner {
  const settings = config.runner?.kubernetes;
  if (settings !== undefined) return settings;
  throw new RelctlError('config.invalid', `${CONFIG_FILE} sets up no runner kubernetes`, {
    place: { file: CONFIG_FILE },
    why: 'Its namespace and its service account are named there.',
    hints: ['runner: { kubernetes: { image: …@sha256:…, identity: … } }, as docs/runner.md shows'],
  });
}

/** What gives the runner its rights, for what the manifests of production make at HEAD. Errors: those of a service that cannot be rendered. */
export async function rightsObjects(context: Context, settings: KubernetesRunner): Promise<readonly KubeObject[]> {
  return rbacObjects(context.config, settings, await productionObjects(context));
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
