/**
 * The branch that nobody changes without a review: what stands there says who may approve what. The work tree never does.
 * Errors: `tool.*`.
 */
export interface ProtectedBranch {
  /**
   * The branch that this clone or this CI names, which no push can change: `RELCTL_PROTECTED_BRANCH`, else `relctl.protectedBranch` of
   * git's configuration; such as `origin/main`.
   */
  pin(): Promise<string | undefined>;
  /** The branches that it could be where nothing names it. */
  candidates(): Promise<BranchCandidates>;
  /** The first of these refs that exists (full names, such as `refs/remotes/origin/main`), with the commit it points to. */
  find(refs: readonly string[]): Promise<BranchTip | undefined>;
  /** Bytes of a file at a commit, as git stores them, or `undefined` when it is not there. */
  read(commit: string, path: string): Promise<Uint8Array | undefined>;
  /** Modes of files at a commit: `100644`, `100755` for one that is run, `120000` for a link; none of what is not there. */
  modes(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Paths of the files below a folder at a commit. */
  list(commit: string, folder: string): Promise<readonly string[]>;
  /**
   * Paths of all files below a folder that were ever committed, on the way to HEAD, to the records branch and to the given commits, by whatever
   * parent of a merge.
   * @param since only by commits of that time or later, milliseconds since the epoch; any if left out
   */
  committed(folder: string, tips?: readonly string[], since?: number): Promise<readonly string[]>;
  /** True when the commit is the tip or one of its ancestors, by whatever parent of a merge. */
  contains(tip: string, commit: string): Promise<boolean>;
  /** True when the branch itself stood at the commit (first parents from the tip): it was no side of a merge. */
  stoodAt(tip: string, commit: string): Promise<boolean>;
  /**
   * Commits on the line of the branch (first parents) that changed one of the files, newest first: what the branch said of them, and
   * from when on. `at` is milliseconds since the epoch.
   */
  changes(tip: string, paths: readonly string[]): Promise<readonly { readonly commit: string; readonly at: number }[]>;
  /**
   * Every version of a file that was committed on the way to HEAD, to the records branch and to the given commits, by whatever parent of a
   * merge: of versions with one content the newest.
   */
  history(path: string, tips?: readonly string[]): Promise<FileHistory>;
  /** The same of many files in one go; those that are too many to be held are left out, and can be asked for one by one. */
  histories(paths: readonly string[], tips?: readonly string[]): Promise<ReadonlyMap<string, FileHistory>>;
  /** Versions of a file that stand on branches of remotes alone, and lead neither to HEAD nor to any of those. */
  elsewhere(path: string, tips?: readonly string[]): Promise<Omit<FileHistory, 'isWhole'>>;
  /**
   * Attributes under which git kept another text of a file than stood in the work tree, such as `filter=lfs`, in any of these commits or on a
   * branch of a remote: what it kept then may not read.
   */
  keptOtherwise(path: string, tips?: readonly string[]): Promise<readonly string[]>;
}

/** What was committed of a file. */
export interface FileHistory {
  readonly versions: readonly FileVersion[];
  /** False in a clone that holds only the newest commits, or whose git cannot give them. */
  readonly isWhole: boolean;
  /** True where more was committed of it than is read; then there are no versions. What is too large for a plan is left out of them. */
  readonly isTooMuch?: boolean;
}

/** A file as it was committed. */
export interface FileVersion {
  readonly commit: string;
  readonly bytes: Uint8Array;
  /** True where HEAD's or the records branch itself was at this commit (first parents): it was no side of a merge. */
  readonly mainline: boolean;
}

/** What a clone knows of its branches without being told. */
export interface BranchCandidates {
  /** The remote that the others share: `origin`, or the only one that there is; `undefined` where nothing says which of several. */
  readonly remote: string | undefined;
  /** The default branch of that remote, as the server told it when it was cloned: where `origin/HEAD` points as a symbolic reference. */
  readonly default: BranchTip | undefined;
  /** True where branches of any remote are here: then a branch of this clone says nothing. */
  readonly hasRemote: boolean;
  /** The branches `main` and `master` of this clone. */
  readonly local: readonly BranchTip[];
}

/** Where a branch stands. */
export interface BranchTip {
  /** For people, such as `origin/main`. */
  readonly name: string;
  /** For git, in full: a tag that is called `origin/main` comes before the branch of the remote where git is given the short name. */
  readonly ref: string;
  /** Full commit id. */
  readonly commit: string;
}
