/**
 * The repository that a reconciler reads what it applies from, through one branch. No work tree is touched, and no push is ever forced: a
 * commit lands only where the branch still stands where it was read.
 *
 * Errors (RelctlError): `gitops.unreachable` when the remote does not answer, `tool.*`.
 */
export interface ConfigRepository {
  /** For people: the repository without a password, and the branch. */
  readonly name: string;
  /** Asks the remote where the branch stands: a full commit id. */
  head(): Promise<string>;
  /** Texts of the YAML files in a folder at a commit, by path. */
  files(commit: string, folder: string): Promise<ReadonlyMap<string, string>>;
  /** True when a commit is another one or comes after it. False for one that the branch never had. */
  contains(commit: string, earlier: string): Promise<boolean>;
  /** Commits in the history of a commit whose message holds a line, newest first. */
  commitsWith(head: string, line: string): Promise<readonly { readonly commit: string; readonly message: string }[]>;
  /** A commit on top of a parent, that differs from it in these files only; nobody sees it before it is pushed. */
  commit(parent: string, files: ReadonlyMap<string, string>, message: string): Promise<string>;
  /** A commit on top of a parent that takes back what another one changed, and nothing else; or the files in which others have changed the same since. */
  revert(
    parent: string,
    commit: string,
    message: string,
  ): Promise<{ readonly commit: string } | { readonly clashes: readonly string[] }>;
  /** Asks the remote to move the branch from where it was read to a commit. */
  push(commit: string, from: string): Promise<ConfigPush>;
  /** Puts a commit on a branch of its own, for people to merge; one that stands there already is left. */
  propose(commit: string, branch: string): Promise<ConfigPush>;
  /** Where a branch of its own stands at the remote; `undefined` when it is not there. */
  proposed(branch: string): Promise<string | undefined>;
}

/** What the remote answered. */
export type ConfigPush =
  | { readonly result: 'pushed' }
  /** Somebody else was faster: the branch stands elsewhere. */
  | { readonly result: 'behind' }
  /** It does not want it: protection, a hook, missing rights. */
  | { readonly result: 'refused'; readonly detail: string };

/** Requests to merge a branch of the config repository. Errors: `forge.failed`, with what the tool said. */
export interface MergeRequests {
  /** The newest request of a branch. */
  find(branch: string): Promise<MergeRequest | undefined>;
  open(request: { readonly branch: string; readonly title: string; readonly text: string }): Promise<MergeRequest>;
  /** Closes it unmerged. */
  close(number: number): Promise<void>;
}

/** A request to merge. */
export interface MergeRequest {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** The commit by which it was merged, where the forge tells. */
  readonly merged?: string;
}
