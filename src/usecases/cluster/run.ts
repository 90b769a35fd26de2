import type { Policy } from '../../plan/policy.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { Environments } from '../../ports/environments.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import type { Lock } from './lock.ts';

/** A deployment at work: what its steps share. */
export interface Run {
  readonly context: Context;
  readonly release: Release;
  readonly policy: Policy;
  readonly attempt: number;
  /** The image of each service, pinned to what was staged. */
  readonly images: Readonly<Record<string, string>>;
  /** The locks held, by target. */
  readonly locks: ReadonlyMap<string, Lock>;
}

/** The cluster of a target such as `staging`, `production` or `production/eu-2`. */
export function clusterOf(
  { environments }: { readonly environments: Pick<Environments, 'cluster'> },
  target: string,
): Cluster {
  const [environment, region] = target.split('/');
  return environments.cluster(environment === 'staging' ? 'staging' : 'production', region);
}

/** The lock of a target; having none is a bug. */
export function lockOf(run: Pick<Run, 'locks'>, target: string): Lock {
  const lock = run.locks.get(target);
  if (lock === undefined) throw new Error(`no lock on ${target}`);
  return lock;
}
