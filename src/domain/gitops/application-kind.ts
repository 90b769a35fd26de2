import type { GitOpsSettings } from '../../plan/gitops.ts';
import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';

/** The object of a reconciler that applies a folder of a repository: what it is called, and what its status means. */
export interface ApplicationKind {
  readonly apiVersion: string;
  /** How `reconcilerOf` names it at what it keeps. */
  titleOf(ref: ApplicationRef): string;
  /** How far it has come. */
  syncOf(live: KubeObject): Sync;
  /** Where the object stands that says which repository it reads; `undefined` where it says so itself. */
  sourceRef(live: KubeObject, ref: ApplicationRef): SourceRef | undefined;
  /** What relctl.yaml says of it, as far as the cluster tells. */
  settingsOf(live: KubeObject, source: KubeObject | undefined): SettingsInCluster;
  /** Why it would not apply the commits of a release, with what mends it. `undefined` when it would. */
  obstacle(live: KubeObject, settings: GitOpsSettings, ref: ApplicationRef): SyncObstacle | undefined;
}

/** An object that an application reads its source from. */
export interface SourceRef {
  readonly namespace: string;
  readonly object: ObjectRef;
}

/** What an application says of its repository. */
export type SettingsInCluster = Partial<Pick<GitOpsSettings, 'repository' | 'branch' | 'path'>>;

/** Which one, as relctl.yaml names it. */
export interface ApplicationRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** How far a reconciler has come. Commits are full ids. */
export interface Sync {
  /** `ready`: it has applied `revision` and all is well; `failed`: it could not apply `attempted`, and tries again. */
  readonly state: 'ready' | 'progressing' | 'failed';
  /** The commit that was applied last with success. */
  readonly revision?: string;
  /** The commit that it was busy with last. */
  readonly attempted?: string;
  /** In its own words. */
  readonly detail: string;
}

/** Why commits would not be applied. */
export interface SyncObstacle {
  readonly problem: string;
  readonly fix: string;
}
