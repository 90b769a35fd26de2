import { clusterUidOf } from '../../domain/deployment/steps.ts';
import { identityOf } from '../../domain/kubernetes/applied-objects.ts';
import { RelctlError } from '../../errors.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Environments } from '../../ports/environments.ts';
import type { Context } from '../release/context.ts';
import { refOf } from './apply.ts';
import { NOT_ASKED } from './not-asked.ts';
import { clusterOf } from './run.ts';

/** By what staging is asked. */
export interface AskedStaging {
  readonly environments: Pick<Environments, 'simulated' | 'cluster'>;
}

/**
 * What staging has of some objects and would not change to what they are, in the words of its API server, by identity. One request for an object
 * that is not there, two for one that is; nothing is written. A cluster that relctl.yaml does not identify is not asked, and one that does not
 * answer says nothing.
 */
export async function refusedThere(
  context: Pick<Context, 'config'> & AskedStaging,
  objects: readonly KubeObject[],
): Promise<ReadonlyMap<string, string>> {
  const expected = clusterUidOf(context.config, 'staging');
  if (objects.length === 0 || (expected === undefined && !context.environments.simulated)) return new Map();
  const cluster = clusterOf(context, 'staging');
  try {
    if (expected !== undefined && (await cluster.identity()) !== expected) return new Map();
    const live = await Promise.all(objects.map((object) => cluster.get(refOf(object))));
    const there = objects.filter((_, index) => live[index] !== undefined);
    const said = there.length === 0 ? [] : await cluster.rehearse(there);
    return new Map(
      there.flatMap((object, index) => {
        const answer = said[index];
        return answer === undefined || !('refused' in answer) || NOT_ASKED.test(answer.refused)
          ? []
          : [[identityOf(object), answer.refused] as const];
      }),
    );
  } catch (error) {
    if (error instanceof RelctlError) return new Map();
    throw error;
  }
}
