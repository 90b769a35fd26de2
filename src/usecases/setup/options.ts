import type { OwnerAnswers } from '../planning/ask/options.ts';

/** What the flags of `relctl init` answer. */
export interface InitOptions {
  readonly platform?: string;
  /** Show what would be written, and write nothing. */
  readonly dryRun: boolean;
  readonly owners: OwnerAnswers;
  /** Folder of the chart that installs the product, where it has other manifests too. */
  readonly chart?: string;
  readonly timeZone?: string;
  readonly namespace?: string;
  readonly stagingContext?: string;
  readonly productionContext?: string;
}
