import type { Runner } from '../../ports/runner.ts';
import type { exec } from '../exec.ts';
import type { KubectlCluster } from '../kubectl/cluster.ts';

/** One kind of runner. A new one is a file or folder with this and a line in the registry. */
export interface RunnerKind<Settings = unknown> {
  /** Opens the runner; nothing is sent yet. */
  open(settings: Settings, ground: RunnerGround): Runner;
}

/** What a runner is given. */
export interface RunnerGround {
  /** Namespace of production. */
  readonly namespace: string;
  /** Folder of the repository. */
  readonly cwd: string;
  readonly exec: typeof exec;
  /** The cluster of production, in a namespace. */
  clusterIn(namespace: string): KubectlCluster;
  /** The address of the remote, without a login that stands in it. Errors: `runner.not-pushed` where there is none. */
  remote(): Promise<string>;
}
