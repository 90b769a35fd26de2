import { imageReference } from '../kubernetes/image-reference.ts';

/**
 * The package URL of a container image, as CDEvents asks for in `artifactId` (package-url/purl-spec, type `oci`): the last part
 * of the name, the digest as version, the whole repository and the tag as qualifiers.
 */
export function imagePurl(image: string): string {
  const { name: repository, tag, digest } = imageReference(image);
  const slash = repository.lastIndexOf('/');
  const name = repository.slice(slash + 1).toLowerCase();
  const qualifiers = [
    slash === -1 ? '' : `repository_url=${encodeURIComponent(repository.toLowerCase())}`,
    tag === undefined ? '' : `tag=${encodeURIComponent(tag)}`,
  ].filter(Boolean);
  const version = digest === undefined ? '' : `@${encodeURIComponent(digest)}`;
  return `pkg:oci/${encodeURIComponent(name)}${version}${qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`}`;
}
