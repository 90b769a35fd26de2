import type { CommitAct } from '../../domain/gitops/message.ts';

/** What is brought to the branch of the config repository. */
export interface Bringing {
  readonly act: CommitAct;
  readonly target: string;
  /** The commit that has brought it already, if the branch has it; else one that does, on top of where the branch stands. */
  readonly at: (head: string) => Promise<Brought>;
}

/** What the branch has, or shall get; `nothing` where there is nothing to bring. */
export type Brought = { readonly found: string } | { readonly made: string } | { readonly nothing: true };
