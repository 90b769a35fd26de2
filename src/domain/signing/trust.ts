import type { ForgeSettings } from '../../plan/forge.ts';
import type { Policy } from '../../plan/policy.ts';
import type { AllowedSigner } from './allowed-signers.ts';

/** Rules and keys as they stood at a commit of the protected branch: the only source of who may approve what. */
export interface Trust {
  /** Full commit id. */
  readonly commit: string;
  /** Such as `standard@3.0`. */
  readonly process: string;
  readonly policy: Policy;
  /** SHA-256 of the policy's file. */
  readonly policyDigest: string;
  readonly signers: readonly AllowedSigner[];
  /** The text of the file of allowed signers, for ssh-keygen. */
  readonly allowedSigners: string;
  /** The forge whose votes count; `undefined` where relctl.yaml names none. */
  readonly forge: ForgeSettings | undefined;
  /** Person by login of the forge, in lower case; empty where the policy takes no votes from one. */
  readonly forgePeople: ReadonlyMap<string, string>;
}
