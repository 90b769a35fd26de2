import { imageReference } from '../kubernetes/image-reference.ts';
import { compareVersions } from './versions.ts';

/** A version as tags write it: `4.1.0`, `v4.1`. Anything after it (`-rc.1`, `-alpine`) is left to people. */
const VERSION = /^v?(\d+(?:\.\d+)+)$/;

/** True when both references are versions of one image and the first is the lower. */
export function isOlderImage(image: string, than: string): boolean {
  const [one, other] = [imageReference(image), imageReference(than)];
  const [version, reference] = [VERSION.exec(one.tag ?? '')?.[1], VERSION.exec(other.tag ?? '')?.[1]];
  return (
    one.name === other.name &&
    version !== undefined &&
    reference !== undefined &&
    compareVersions(version, reference) < 0
  );
}

/** True for a reference to what was shipped: the digest counts where both have one, else the name and the tag, which deployments pin. */
export function isShippedImage(image: string, shipped: string): boolean {
  const [one, other] = [imageReference(image), imageReference(shipped)];
  if (one.digest !== undefined && other.digest !== undefined) return one.digest === other.digest;
  return one.name === other.name && one.tag !== undefined && one.tag === other.tag;
}

/** An image for people, without its registry and digest: `web:4.1.0`. */
export function shortImage(image: string): string {
  const { name: repository, tag } = imageReference(image);
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  return tag === undefined ? name : `${name}:${tag}`;
}
