import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Metadata, Spec } from './spec.ts';

/** SHA-256 of a text or of bytes, as 64 hex digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The canonical JSON of a value, as RFC 8785 (JCS) defines it: one byte string for one meaning. */
export function canonicalJson(value: unknown): string {
  return canonicalize(value) ?? 'null';
}

/**
 * The digest that an approval is bound to: what is released (metadata) and how (spec), comments and key order aside.
 * Optional keys that are absent and keys that are `undefined` are the same.
 */
export function planDigest(metadata: Metadata, spec: Spec): string {
  return sha256(canonicalJson({ metadata, spec }));
}
