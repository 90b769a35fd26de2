/** The git repository that holds the code and the plans. Errors: `repo.not-git`, `repo.no-such-commit`, `tool.*`. */
export interface Repository {
  /** Absolute path of the work tree's root. */
  readonly root: string;
  /** Full commit id of a branch, tag or commit. */
  resolve(ref: string): Promise<string>;
  /** Text of a file at a commit, or `undefined` when it is not there. */
  fileAt(commit: string, path: string): Promise<string | undefined>;
  /** Paths of the files at a commit. */
  filesAt(commit: string): Promise<readonly string[]>;
  /** Unified diff with no context lines between two commits, renames detected. */
  diff(base: string, head: string): Promise<string>;
  /** `user.email` of the person at work, or `undefined`. */
  userEmail(): Promise<string | undefined>;
  /** Local branches with what a Product Manager asks of them, newest first. */
  branches(base: string): Promise<readonly Branch[]>;
  /** Commits the given paths with a message; nothing else of the index is touched. */
  commitPaths(paths: readonly string[], message: string): Promise<string>;
}

/** A branch ahead of the base. */
export interface Branch {
  readonly name: string;
  readonly head: string;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  readonly commits: number;
  /** E-mail addresses of `Approved-by:` and `Reviewed-by:` trailers on the branch. */
  readonly approvedBy: readonly string[];
}
