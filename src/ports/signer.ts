/**
 * Signs statements with the key of the person at work, and verifies the signatures of others. Errors: `signing.no-key` (no key
 * is configured, or it cannot be used here), `signing.failed` (the tool did not sign), `tool.missing`, `tool.timeout`.
 */
export interface Signer {
  /** 32 random hex digits, so that no two statements are the same. */
  nonce(): string;
  /** The public key that would sign, as `allowed_signers` writes it (type and base64). */
  publicKey(): Promise<string>;
  /**
   * Signs the exact bytes of a text (UTF-8). Returns the armoured signature.
   * @param how `hurried`: production waits for it, so that a key that nobody touches is waited for a few seconds, and only once
   */
  sign(statement: string, namespace: string, how?: { readonly hurried: boolean }): Promise<string>;
  /** Verifies; everything that decides stands in the question, nothing is read from the configuration. */
  verify(question: VerifyQuestion): Promise<'good' | 'revoked' | 'bad'>;
}

/** Whether a person signed exactly this text, for this purpose, with a key that was allowed then. */
export interface VerifyQuestion {
  readonly statement: string;
  readonly signature: string;
  readonly namespace: string;
  readonly principal: string;
  /** The moment at which the key must be valid, milliseconds since the epoch. */
  readonly at: number;
  /** Text of the file of allowed signers. */
  readonly allowedSigners: string;
  /** A KRL, or public keys one a line. */
  readonly revoked: Uint8Array | undefined;
}
