/** What sharing records with others asks of the repository. Errors: `tool.*`. Nothing here ever forces a push. */
export interface SharedHistory {
  /** Where the current branch is pulled from and pushed to; `undefined` for a detached head or a branch without one. */
  upstream(): Promise<Upstream | undefined>;
  /** The remote that the others share: `origin`, or the only one that there is; `undefined` where nothing says which of several. */
  remote(): Promise<string | undefined>;
  /** The address of the remote, without a login that stands in it. Errors: `runner.not-pushed` where there is none. */
  address(): Promise<string>;
  /** Commit id of HEAD. */
  head(): Promise<string>;
  /** Asks the remote to move its branch to a commit, if that follows from where the branch stands. */
  push(upstream: Upstream, commit: string): Promise<PushAnswer>;
  /** Whether a branch of the remote, as it was fetched or pushed last, holds a commit. */
  isAtRemote(upstream: Pick<Upstream, 'remote'>, commit: string): Promise<boolean>;
  /** Fetches the branch and returns where it stands at the remote. */
  fetch(upstream: Upstream): Promise<string>;
  /** The newest commit that both have; `undefined` when there is none. */
  mergeBase(one: string, other: string): Promise<string | undefined>;
  /** Paths that differ between two commits. */
  changedPaths(from: string, to: string): Promise<readonly string[]>;
  /** A commit on top of `parent` that differs from it only in the given files. No ref and no work tree is touched. */
  commitOnto(parent: string, change: TreeChange, message: string): Promise<string>;
  /**
   * Moves the current branch, the index and the work tree to a commit. What is changed elsewhere in the work tree stays; where
   * it would be overwritten, nothing is moved and the answer is false.
   */
  moveTo(commit: string): Promise<boolean>;
}

/** A branch at a remote. */
export interface Upstream {
  readonly remote: string;
  /** Full name at the remote, such as `refs/heads/main`. */
  readonly branch: string;
  /** For people: `origin/main`. */
  readonly name: string;
  /** Where the branch stood when it was last looked at; `undefined` when it was never fetched. */
  readonly commit: string | undefined;
}

/** What the remote answered. */
export type PushAnswer =
  | { readonly result: 'pushed' }
  /** Somebody else was faster: the branch stands elsewhere. */
  | { readonly result: 'behind' }
  /** It does not want it, whatever it follows from: protection, a hook, missing rights. */
  | { readonly result: 'refused'; readonly detail: string };

/** Files of a commit: some taken from another commit, some with a text of their own. */
export interface TreeChange {
  readonly from: string;
  readonly paths: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}
