import { type StagedObjects, stagedObjects } from '../../domain/kubernetes/staged-objects.ts';
import type { Spec } from '../../plan/spec.ts';
import { shippedObjects } from '../cluster/desired-objects.ts';
import type { Context } from '../release/context.ts';

/** The objects of the candidate in both environments, as text. Errors: those of reading its manifests. */
export async function renderedObjects(context: Context, spec: Spec): Promise<StagedObjects> {
  const all = await Promise.all(
    (['staging', 'production'] as const).map(async (environment) => {
      const { services, product } = await shippedObjects(context, spec, environment);
      return [
        ...services.map(({ name, deployment, others }) => stagedObjects(environment, name, [deployment, ...others])),
        stagedObjects(environment, product.name, product.others),
      ];
    }),
  );
  return Object.assign({}, ...all.flat()) as StagedObjects;
}
