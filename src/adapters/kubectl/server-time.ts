import type { KubeObject } from '../../ports/cluster.ts';
import type { Api } from './api.ts';
import { RequestFailure } from './failure.ts';

/**
 * The time by the clock of the API server, in milliseconds since the epoch. It stamps a review of who asks with it, which everybody may make and
 * which is kept nowhere. `undefined` where it makes none: it is older than Kubernetes 1.28, or refuses it.
 */
export async function serverTime(api: Pick<Api, 'create'>): Promise<number | undefined> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} };
  try {
    const made = await api.create('/apis/authentication.k8s.io/v1/selfsubjectreviews', review as KubeObject);
    const at = Date.parse(made.metadata.creationTimestamp ?? '');
    return Number.isNaN(at) ? undefined : at;
  } catch (error) {
    if (error instanceof RequestFailure && (error.failure === 'not-found' || error.failure === 'rejected'))
      return undefined;
    throw error;
  }
}
