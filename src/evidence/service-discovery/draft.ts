import type { Workload } from './workloads.ts';

/** A service while it is being found. */
export interface Draft {
  readonly name: string;
  readonly folders: Set<string>;
  readonly workloads: Workload[];
  readonly because: Set<string>;
  /** What a chart's values call its image. */
  readonly called: Set<string>;
  chart: string | undefined;
}

/** True where another controller divides its requests. */
export function isRolledOutByOthers({ workloads }: Pick<Draft, 'workloads'>): boolean {
  return workloads.length > 0 && workloads.every(({ kind }) => kind === 'Rollout');
}
