import { stringify } from 'yaml';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { cronJobs } from '../domain/runner/schedule.ts';
import { PLAIN_YAML } from '../plan/plain-yaml.ts';
import type { KubeObject } from '../ports/cluster.ts';
import type { Context } from './release/context.ts';
import { kubernetesOf, rightsObjects } from './runner/rights-objects.ts';

/**
 * Prints what an administrator applies so that releases can be handed over: the service account, and the rights that relctl uses.
 * @throws RelctlError `config.invalid` where relctl.yaml sets up no such runner; `manifests.*`
 */
export async function runner(context: Context): Promise<Outcome> {
  return printed(await rightsObjects(context, kubernetesOf(context)));
}

/** Prints the CronJobs that watch over releases, and remind people of them. Errors: `config.invalid`, `runner.not-pushed`. */
export async function schedule(context: Context): Promise<Outcome> {
  const settings = kubernetesOf(context);
  const { sharing } = context.repository;
  return printed(cronJobs(context.config, settings, settings.repository ?? (await sharing.address())));
}

/** YAML for `kubectl apply -f -`, and the same as data. */
function printed(objects: readonly KubeObject[]): Outcome {
  return {
    result: 'done',
    headline: `${objects.length} objects for an administrator to apply`,
    blocks: [{ kind: 'verbatim', text: objects.map((object) => stringify(object, PLAIN_YAML)).join('---\n') }],
    data: { objects },
  };
}
