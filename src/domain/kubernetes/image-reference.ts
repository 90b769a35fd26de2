/** How images are named, and the only place that takes such a name apart: `registry:5000/team/web:1.2@sha256:…`. */

/** An image reference in its parts. */
export interface ImageReference {
  /** With the registry. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string;
}

/** Takes a reference apart; a colon before the last slash is that of a port. */
export function imageReference(image: string): ImageReference {
  const at = image.indexOf('@');
  const named = at === -1 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return {
    name: colon === -1 ? named : named.slice(0, colon),
    ...(colon === -1 ? {} : { tag: named.slice(colon + 1) }),
    ...(at === -1 ? {} : { digest: image.slice(at + 1) }),
  };
}

/** The digest in a reference, or in the id that a node reports, which may hold nothing else. */
export function imageDigest(image: string): string | undefined {
  return /sha256:[0-9a-f]{64}/.exec(image)?.[0];
}

/** True for references to one image: the digest counts where both have one, since who writes a manifest may leave out the tag. */
export function isSameImage(one: string, other: string): boolean {
  const [a, b] = [imageDigest(one), imageDigest(other)];
  return a !== undefined && b !== undefined ? a === b : one === other;
}
