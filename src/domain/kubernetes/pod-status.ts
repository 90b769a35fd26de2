import type { KubeObject } from '../../ports/cluster.ts';

/** True for a pod that takes traffic. */
export function isReady({ metadata, status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return (
    metadata.deletionTimestamp === undefined && conditions.some((one) => one.type === 'Ready' && one.status === 'True')
  );
}
