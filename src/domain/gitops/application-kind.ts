import type { GitOpsSettings } from '../../plan/gitops.ts';
import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';

/** The object of a reconciler that applies a folder of a repository: what it is called, and what its status means. */
export interface ApplicationKind {
  readonly apiVersion: string;
  /** What it is called at what it keeps, before its own name: `Flux Kustomization`. */
  readonly tool: string;
  /** By what it marks what it keeps. */
  readonly marks: readonly KeeperMark[];
  /** Namespace of its objects, where a mark does not say. */
  readonly home?: string;
  /** How far it has come. */
  syncOf(live: KubeObject): Sync;
  /** Where the object stands that says which repository it reads; `undefined` where it says so itself. */
  sourceRef(live: KubeObject, ref: ApplicationRef): SourceRef | undefined;
  /** What relctl.yaml says of it, as far as the cluster tells. */
  settingsOf(live: KubeObject, source: KubeObject | undefined): SettingsInCluster;
  /** Why it would not apply the commits of a release, with what mends it. `undefined` when it would. */
  obstacle(live: KubeObject, settings: GitOpsSettings, ref: ApplicationRef): SyncObstacle | undefined;
  /** The images that it sets by itself over what the repository says, where it can: a commit would not change them. */
  readonly images?: {
    /** Where it says so, for people. */
    readonly at: string;
    /** Repositories of images, without tag and digest. */
    of(live: KubeObject): readonly string[];
  };
}

/** A label or an annotation by which a tool knows what it applied; its value names the tool's own object. */
export interface KeeperMark {
  readonly at: 'labels' | 'annotations';
  readonly key: string;
  /** Key of the label that holds the namespace of that object. */
  readonly namespace?: string;
  /** What stands between the namespace of that object and its name, where the value may hold both. */
  readonly parted?: string;
  /** Field managers of the tool, where others write the same key: it counts at what one of them has written. */
  readonly managers?: readonly string[];
  /** The value that counts, where it is no name. */
  readonly value?: string;
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
