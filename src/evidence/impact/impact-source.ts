import type { OwnershipConfig } from './ownership.ts';

/** What the impact of a candidate is read from. */
export interface ImpactSource {
  /** Unified diff from base to head, renames detected. */
  readonly diff: string;
  /** Paths of all files at the head. */
  readonly filesAtHead: readonly string[];
  /** Texts of files at one side, as many as there are. */
  read(side: 'base' | 'head', paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Paths of files at the head that hold one of the words. Without it, a variable that is new to the changed files counts as
   * new to the product.
   */
  mentions?(words: readonly string[]): Promise<readonly string[]>;
  readonly config: OwnershipConfig;
}
