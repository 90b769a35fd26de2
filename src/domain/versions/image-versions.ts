import { compareVersions } from './versions.ts';

/** An image reference in parts; the digest says nothing about versions. */
function partsOf(image: string): { readonly repository: string; readonly tag: string } {
  const [named = ''] = image.split('@');
  const cut = named.lastIndexOf(':');
  // A colon before the last slash is that of a port.
  return cut <= named.lastIndexOf('/')
    ? { repository: named, tag: '' }
    : { repository: named.slice(0, cut), tag: named.slice(cut + 1) };
}

/** A version as tags write it: `4.1.0`, `v4.1`. Anything after it (`-rc.1`, `-alpine`) is left to people. */
const VERSION = /^v?(\d+(?:\.\d+)+)$/;

/** True when both references are versions of one image and the first is the lower. */
export function isOlderImage(image: string, than: string): boolean {
  const [one, other] = [partsOf(image), partsOf(than)];
  const [version, reference] = [VERSION.exec(one.tag)?.[1], VERSION.exec(other.tag)?.[1]];
  return (
    one.repository === other.repository &&
    version !== undefined &&
    reference !== undefined &&
    compareVersions(version, reference) < 0
  );
}

/** An image for people, without its registry and digest: `web:4.1.0`. */
export function shortImage(image: string): string {
  const { repository, tag } = partsOf(image);
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  return tag === '' ? name : `${name}:${tag}`;
}
