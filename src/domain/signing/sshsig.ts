import { sha256 } from '../../plan/digest.ts';
import { byName } from '../../text/by-name.ts';

/** What an SSH signature says of itself (OpenSSH PROTOCOL.sshsig). Nothing of it is proven until ssh-keygen verified it. */
export interface SshSignature {
  readonly namespace: string;
  /** Key type, such as `ssh-ed25519`. */
  readonly keyType: string;
  /** The public key as `allowed_signers` writes it: base64. */
  readonly publicKey: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

const ARMOR = /^-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]{1,76}\n)+)-----END SSH SIGNATURE-----\n?$/;
const MAGIC = 'SSHSIG';

/** Reads an armoured SSH signature; `undefined` when it is none. Bytes after the last field are refused. */
export function readSshSignature(armored: string): SshSignature | undefined {
  const body = ARMOR.exec(armored)?.[1];
  const bytes = body === undefined ? undefined : base64Bytes(body.replaceAll('\n', ''));
  if (bytes === undefined || text(bytes.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
  const fields = new Fields(bytes.subarray(MAGIC.length));
  const version = fields.number();
  const [key, namespace, reserved, hash, signature] = [1, 2, 3, 4, 5].map(() => fields.bytes());
  if (version !== 1 || !fields.atEnd || reserved?.length !== 0) return undefined;
  if (key === undefined || namespace === undefined || hash === undefined || signature === undefined) return undefined;
  const keyType = new Fields(key).bytes();
  if (keyType === undefined || !['sha256', 'sha512'].includes(text(hash))) return undefined;
  return {
    namespace: text(namespace),
    keyType: text(keyType),
    publicKey: base64(key),
    fingerprint: fingerprintOf(key),
  };
}

/** Fields of a public key after its type (RFC 4253, 5656, 8709, OpenSSH PROTOCOL.u2f), and the length of the first where it is fixed. */
const KEY_FIELDS: Readonly<Record<string, { readonly fields: number; readonly first?: number }>> = byName({
  'ssh-ed25519': { fields: 1, first: 32 },
  'ssh-rsa': { fields: 2 },
  'ecdsa-sha2-nistp256': { fields: 2 },
  'ecdsa-sha2-nistp384': { fields: 2 },
  'ecdsa-sha2-nistp521': { fields: 2 },
  'sk-ssh-ed25519@openssh.com': { fields: 2, first: 32 },
  'sk-ecdsa-sha2-nistp256@openssh.com': { fields: 3 },
});

/** Kinds of keys that are known. */
export const KEY_TYPE_NAMES: readonly string[] = Object.keys(KEY_FIELDS);

/** The fingerprint of a public key in base64, or `undefined` when it is not a whole key of the type it is called. */
export function keyFingerprint(keyType: string, publicKey: string): string | undefined {
  const shape = KEY_FIELDS[keyType];
  const key = base64Bytes(publicKey);
  if (shape === undefined || key === undefined || base64(key) !== publicKey) return undefined;
  const wire = new Fields(key);
  const named = wire.bytes();
  const parts = Array.from({ length: shape.fields }, () => wire.bytes());
  const isWhole = parts.every((part) => part !== undefined && part.length > 0) && wire.atEnd;
  const hasLength = shape.first === undefined || parts[0]?.length === shape.first;
  return isWhole && hasLength && named !== undefined && text(named) === keyType ? fingerprintOf(key) : undefined;
}

function fingerprintOf(key: Uint8Array): string {
  const digest = sha256(key).match(/../g) ?? [];
  return `SHA256:${base64(Uint8Array.from(digest, (pair) => Number.parseInt(pair, 16))).replace(/=+$/, '')}`;
}

/** Length-prefixed fields of the SSH wire format (RFC 4251, section 5). */
class Fields {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  get atEnd(): boolean {
    return this.#rest.length === 0;
  }

  number(): number | undefined {
    if (this.#rest.length < 4) return undefined;
    const value = new DataView(this.#rest.buffer, this.#rest.byteOffset).getUint32(0);
    this.#rest = this.#rest.subarray(4);
    return value;
  }

  bytes(): Uint8Array | undefined {
    const length = this.number();
    if (length === undefined || length > this.#rest.length) return undefined;
    const value = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return value;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function base64Bytes(encoded: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
