import { LEASE } from '../../domain/deployment/lease.ts';
import { productionTargets } from '../../domain/deployment/steps.ts';
import { withoutServerFields } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';

const CALLED = 'relctl.dev/called-for';

/**
 * Whether people were called for a dead run, as the lock that it left in the cluster says: a record in the repository can be made up by whoever may
 * push, and would keep the call from them. `undefined` where the cluster cannot tell.
 */
export async function wasCalled(context: Context, occasion: string): Promise<boolean | undefined> {
  const lease = await ask(async () => leaseOf(context));
  return lease === undefined ? undefined : lease.metadata.annotations?.[CALLED] === occasion;
}

/** Keeps with the lock that people were called. False where that could not be written. */
export async function keepCall(context: Context, occasion: string): Promise<boolean> {
  const written = await ask(async () => {
    const lease = await leaseOf(context);
    if (lease === undefined) return undefined;
    const { annotations } = lease.metadata;
    const called = { ...lease, metadata: { ...lease.metadata, annotations: { ...annotations, [CALLED]: occasion } } };
    const resourceVersion = lease.metadata.resourceVersion ?? '';
    return clusterOf(context, firstTarget(context)).replace(withoutServerFields(called), { resourceVersion });
  });
  return written !== undefined;
}

function leaseOf(context: Context) {
  return clusterOf(context, firstTarget(context)).get(LEASE);
}

function firstTarget({ config }: Pick<Context, 'config'>): string {
  return productionTargets(config)[0] ?? 'production';
}

/** A cluster that does not answer, or takes no write from here, is none that tells. */
async function ask<T>(question: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}
