import type { ProvenancePolicy } from '../plan/provenance.ts';

/** What is known of where images come from: who signed them, and what their builders say of the build. */
export interface Provenance {
  /** What examines them, such as `cosign`. */
  readonly verifier: string;
  /**
   * Examines an image. What is not proved comes with the reason and is never an exception, and so is what cannot be asked.
   * @param image as a manifest or a pod names it, with a tag or a digest
   * @param policy who must have signed; any one of its signers will do
   */
  examine(image: string, policy: ProvenancePolicy): Promise<ExaminedImage>;
}

/** What an examination found. */
export interface ExaminedImage {
  /** `sha256:…` of the image that was examined, where it is known. */
  readonly digest: string | undefined;
  readonly signature: Proved<string>;
  /** What SLSA statements say that a signer has signed. */
  readonly builds: Proved<readonly Build[]>;
}

/** Something that is proved; or why it is not, for people. */
export type Proved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** A build, as its builder tells it. */
export interface Build {
  readonly builder: string | undefined;
  /** What it was built from, as far as these are commits. */
  readonly sources: readonly { readonly repository: string; readonly commit: string }[];
}
