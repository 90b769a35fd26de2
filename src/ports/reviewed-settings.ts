/** A part of relctl.yaml that names who gets a secret, or what is run; `plan` is what the plan names in the same way. */
export type SettingsPart =
  | 'environments'
  | 'runner'
  | 'forge'
  | 'changeRecord'
  | 'incidents'
  | 'plan'
  | `channel ${string}`;

/**
 * What of relctl.yaml may be handed secrets, and be run. Whoever may push can write what they like into the file of their branch; where
 * signatures are required, nothing is delivered, logged in to or run from it before somebody answered for it: the review of the protected
 * branch, or the signature of the submission.
 */
export interface ReviewedSettings {
  /** Errors: `config.unreviewed`; nothing where signatures are not required, or there is no protected branch. */
  require(part: SettingsPart): Promise<void>;
  /** Says how it is found out in what it is not what was submitted, and signed, with the release that a command works on: in nothing, or as sentences. */
  submittedWith(differences: () => Promise<readonly string[]>): void;
}
