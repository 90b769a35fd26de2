/** Keys that a person could sign with on this machine. Errors: `tool.*`. */
export interface KeyRing {
  /** Those that were found: the one that is set, then those of the agent, then public keys in `~/.ssh`; each once. */
  keys(): Promise<readonly FoundKey[]>;
  /** Sets the key that relctl signs with in this clone. */
  choose(key: FoundKey): Promise<void>;
}

/** A key, as it can be named in git's configuration. */
export interface FoundKey {
  /** Type and base64, as `allowed_signers` writes it. */
  readonly publicKey: string;
  /** What `git config relctl.signingKey` would hold: a path, or `key::…` for a key of the agent. */
  readonly setting: string;
  readonly from: 'set' | 'agent' | 'file';
  /** True for a key on a hardware token (FIDO), which asks for a touch. */
  readonly hardware: boolean;
}
