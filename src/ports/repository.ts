import type { SharedHistory } from './sharing.ts';

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
  /** Changed files and lines between two commits without some files and folders; binary files count as files. */
  changeSize(base: string, head: string, without: readonly string[]): Promise<ChangeSize>;
  /** When commits were made, milliseconds since the epoch; those that are not there are left out. Full ids. */
  commitTimes(commits: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** `user.email` of the person at work, or `undefined`. */
  userEmail(): Promise<string | undefined>;
  /**
   * Branches of this clone, and those that only the remote has, with what a Product Manager asks of them, newest first; only those whose
   * name is wanted.
   */
  branches(base: string, wanted?: (name: string) => boolean): Promise<readonly Branch[]>;
  /** Commits the given paths with a message; nothing else of the index is touched. */
  commitPaths(paths: readonly string[], message: string): Promise<string>;
  /** Attributes under which git would keep another text of a file than stands in the work tree, such as `filter=lfs`; line ends are none. */
  keptOtherwise(path: string): Promise<readonly string[]>;
}

/** How much changed between two commits. */
export interface ChangeSize {
  readonly files: number;
  readonly insertions: number;
  readonly deletions: number;
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
  /** E-mail addresses of all authors and `Co-authored-by:` trailers of the branch; none of them can approve it. */
  readonly authors?: readonly string[];
  /** The remote that has the branch, where this clone has none of that name. */
  readonly onlyAt?: string;
  /** Changed files, added and removed lines since the branch left the base. */
  readonly size?: { readonly files: number; readonly insertions: number; readonly deletions: number };
}

/** What a commit has otherwise than the branch that it left. */
export interface FilesSince {
  /** Full id of the commit at which it left. */
  readonly base: string;
  /**
   * Mode and id of the content of each file that is another since, as git names them, such as `100755 3b18…`; `0` for one that is gone. An
   * older relctl kept the id alone.
   */
  readonly files: Readonly<Record<string, string>>;
}

/** What building a candidate asks of the repository, beyond reading it. Nothing here touches the work tree or the index. */
export interface CandidateRepository extends Repository {
  /** Sharing of records with other clones. */
  readonly sharing: SharedHistory;
  /** Texts of several files at a commit, in one go; a path that is not there is left out. */
  readFiles(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Paths of the text files at a commit that hold one of the words.
   * @param endings of the names of the files that are looked into, such as `.yaml`; all files without it
   */
  mentions(commit: string, words: readonly string[], endings?: readonly string[]): Promise<readonly string[]>;
  /** Files of the work tree at or below paths that git keeps, or would with the next `git add`: not what it ignores. */
  keptBelow(paths: readonly string[]): Promise<readonly string[]>;
  /**
   * Files that git keeps and that are otherwise in the work tree than at a commit, on either side; `undefined` where the commit is not here. What
   * git does not keep is left out: nobody can push it.
   */
  changedSince(commit: string): Promise<readonly string[] | undefined>;
  /** Where a commit left the line of a branch, and what it has otherwise than there; `undefined` where they have nothing in common here. */
  filesSince(tip: string, commit: string): Promise<FilesSince | undefined>;
  /** Modes of files of the work tree as git keeps them: `100644`, `100755` for one that is run; none of what it does not keep. */
  modes(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Files in the work tree, in the words of {@link FilesSince}; `undefined` for one that is in no commit so. */
  versions(paths: readonly string[]): Promise<ReadonlyMap<string, string | undefined>>;
  /** Of files those whose content of then the branch has had itself, where it was left or later. */
  stoodOnLine(tip: string, since: FilesSince, paths: readonly string[]): Promise<readonly string[]>;
  /** The commits of `base..head` that are no merges, newest first, each with its first line and the paths that it changes. */
  commits(
    base: string,
    head: string,
  ): Promise<readonly { readonly subject: string; readonly files: readonly string[] }[]>;
  /** The mail addresses of everybody who wrote something of `base..head`; a commit that changes nothing, as an approval, writes nothing. */
  authors(base: string, head: string): Promise<Authors>;
  /** Head of a branch: of this clone's, else of the remote's as it was fetched last. */
  branchHead(name: string): Promise<string | undefined>;
  /** Where branches stand at the remote now, against their heads here; `undefined` where there is no remote. */
  compareWithRemote(
    branches: readonly { readonly name: string; readonly head: string }[],
  ): Promise<RemoteBranches | undefined>;
  /** True in a clone that holds only the newest commits: tags and histories may be missing. */
  isShallow(): Promise<boolean>;
  /** The newest tag that names a version, such as `v4.1.0`, pre-releases aside; `undefined` when there is none. */
  latestTag(): Promise<LatestTag | undefined>;
  /** Commits of a branch that the base holds and reverted: merging the branch does not bring them again. Refs or commits. */
  reverted(base: string, head: string): Promise<readonly RevertedWork[]>;
  /** Whether each branch merges cleanly with the base, and each pair of branches with each other. */
  merges(base: string, heads: readonly string[]): Promise<Merges>;
  /**
   * Builds the candidate: one commit whose parents are the base and exactly these heads. The same input gives the same
   * commit. With `branch`, that branch is moved to it, only from where it stood when the work began.
   */
  buildCandidate(candidate: CandidateRequest): Promise<CandidateResult>;
}

/** How branches compare with those of the remote. */
export type RemoteBranches = { readonly remote: string } & (
  | { readonly unreachable: string }
  | {
      /** Names of branches of which the remote has commits that are not here. */
      readonly stale: readonly string[];
      /** Names of branches with commits that the remote does not have. */
      readonly unpushed: readonly string[];
    }
);

/** The tag of what production most likely runs. */
export interface LatestTag {
  readonly tag: string;
  /** A tag that was made later, of a lower version and on another line: a maintenance release. */
  readonly passedOver?: string;
  /** Tags of single packages that were made later, the newest first. */
  readonly packages?: readonly string[];
}

/** A commit of the base that took back work of a branch. Full ids. */
export interface RevertedWork {
  readonly commit: string;
  readonly reverted: string;
  /** True when a merge was reverted, and with it all that it brought. */
  readonly isMerge: boolean;
}

/** Who had a hand in a range of commits; lower-case e-mail addresses, each once. */
export interface Authors {
  readonly authors: readonly string[];
  readonly committers: readonly string[];
  readonly coAuthors: readonly string[];
}

/** What merging would bring. */
export interface Merges {
  readonly withBase: readonly { readonly head: string; readonly clashes: readonly string[] }[];
  /** Only the pairs that clash. */
  readonly pairs: readonly { readonly heads: readonly [string, string]; readonly clashes: readonly string[] }[];
}

/** What the candidate is built from; refs or commits. */
export interface CandidateRequest {
  readonly base: string;
  readonly heads: readonly string[];
  readonly message: string;
  /** Local branch that shall point to the candidate. */
  readonly branch?: string;
}

/** The candidate, or the first head that does not merge with what stands before it. */
export type CandidateResult =
  | { readonly ok: true; readonly commit: string }
  | { readonly ok: false; readonly head: string; readonly clashes: readonly string[] };
