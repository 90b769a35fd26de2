/**
 * The branch that nobody changes without a review: what stands there says who may approve what. The work tree never does.
 * Errors: `tool.*`.
 */
export interface ProtectedBranch {
  /** The first of these refs that exists (full names, such as `refs/remotes/origin/main`), with the commit it points to. */
  find(refs: readonly string[]): Promise<BranchTip | undefined>;
  /** Bytes of a file at a commit, as git stores them, or `undefined` when it is not there. */
  read(commit: string, path: string): Promise<Uint8Array | undefined>;
  /** Paths of the files below a folder at a commit. */
  list(commit: string, folder: string): Promise<readonly string[]>;
  /** True when the commit is the tip or one of its ancestors. */
  contains(tip: string, commit: string): Promise<boolean>;
  /** Versions of a file on the line of commits that leads to HEAD, newest first; at most so many. */
  versions(path: string, most: number): Promise<readonly FileVersion[]>;
}

/** A file as it was committed. */
export interface FileVersion {
  readonly commit: string;
  readonly bytes: Uint8Array;
}

/** Where a branch stands. */
export interface BranchTip {
  /** For people, such as `origin/main`. */
  readonly name: string;
  /** Full commit id. */
  readonly commit: string;
}
