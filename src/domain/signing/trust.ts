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
}

/** Compares versions such as `3.0`, `3.10` and `3.10.1` by their numbers: negative when `a` is the lower one. */
export function compareVersions(a: string, b: string): number {
  const [left = [], right = []] = [a, b].map((version) => version.split('.').map(Number));
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
