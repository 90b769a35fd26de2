/**
 * Where branches are reviewed (GitHub, GitLab). Reading it is a help, never a gate: without a forge the Product Manager still
 * has the branches and their trailers. So nothing throws; what cannot be read is `unavailable` with the reason.
 */
export interface Forge {
  /** What the forge knows of a branch. */
  request(branch: string): Promise<ForgeAnswer>;
}

/** An answer of the forge; `request` is missing when nobody asked for a review of the branch. */
export type ForgeAnswer =
  | { readonly available: true; readonly request?: ChangeRequest }
  | { readonly available: false; readonly reason: string };

/** A pull or merge request. */
export interface ChangeRequest {
  readonly url: string;
  readonly number: number;
  readonly state: 'open' | 'draft' | 'merged' | 'closed';
  /** Commit that the request proposes now, 40 hex digits. */
  readonly head: string;
  /** Login of who opened it. */
  readonly author: string;
  /** Logins of who made its commits, where the forge tells; none of them can approve it. */
  readonly authors: readonly string[];
  /** Logins of people whose last word is that it must be changed first. */
  readonly objections: readonly string[];
  /** Approvals that stand, of people who may write here: of each the last word, if it was an approval. */
  readonly approvals: readonly ForgeApproval[];
  /** What the automatic checks of the head say. */
  readonly checks: 'passing' | 'failing' | 'pending' | 'none';
}

/** An approval of a change request. */
export interface ForgeApproval {
  /** Login at the forge. */
  readonly login: string;
  /** RFC 3339, where the forge tells. */
  readonly at?: string;
  /** The commit that was approved, where the forge tells; it may be older than the head. */
  readonly commit?: string;
}

/** A request as the ballot of a release: texts that people wrote on it, as the forge has them. */
export interface Ballots extends Papers {
  /** Which forge is asked: its kind, and its address where that is configured. */
  endpoint(): Promise<string>;
}

/** The papers of one forge. */
export interface Papers {
  /**
   * Every review, and where reviews have no texts every comment, oldest first: of all open requests of the branch, and of those that were closed or merged
   * and on which anything happened since a time. Whoever may push can open a second request, or close the first, and what people said there still counts.
   * @param since RFC 3339; where it is left out, only open requests are read
   */
  papers(branch: string, since?: string): Promise<PapersAnswer>;
  /** Puts a text on the request, in place of the one with the same mark that the same account wrote. Throws `tool.*` and `forge.failed`. */
  post(branch: string, mark: string, text: string): Promise<{ readonly url: string }>;
}

/** What is on the requests of a branch; `request` is the open one that was opened first, and missing when nobody asked for a review of the branch. */
export type PapersAnswer =
  | {
      readonly available: true;
      /** `isMerged` where no request is open and what is read is the one that was merged last: nothing is written there. */
      readonly request?: Pick<ChangeRequest, 'url' | 'number' | 'head' | 'author'> & { readonly isMerged?: true };
      readonly papers: readonly BallotPaper[];
    }
  | { readonly available: false; readonly reason: string };

/** A text of one person on a request. */
export interface BallotPaper {
  /** The forge's own id of it. */
  readonly id: string;
  readonly url: string;
  readonly login: string;
  readonly text: string;
  /** Who opened the request that it stands on, where that is another than the one that is named. */
  readonly opener?: string;
  /** True where the account that reads wrote it: only then can it be relctl's own text. */
  readonly isOwn?: boolean;
  /** RFC 3339. */
  readonly at: string;
  /** The commit that was reviewed; `undefined` where the forge does not say. */
  readonly commit: string | undefined;
  /** What the review says by itself. */
  readonly stance: 'approves' | 'objects' | 'comments';
  /** Why it counts no more: dismissed by somebody, or edited after it was written. */
  readonly voided: 'dismissed' | 'edited' | undefined;
}
