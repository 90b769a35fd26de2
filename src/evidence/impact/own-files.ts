/** Files and folders of relctl itself, from the root of a repository: what `init` sets up, and the records of releases. */
export const OWN_PATHS: readonly string[] = [
  'relctl.yaml',
  'relctl',
  'releases',
  '.relctl',
  '.github/workflows/relctl.yml',
  '.gitlab/relctl.yml',
  '.gitattributes',
  '.gitignore',
];

/** True for a file of relctl itself: it is no part of the product, and makes a change no larger. */
export function isOwnFile(path: string): boolean {
  return OWN_PATHS.some((own) => path === own || path.startsWith(`${own}/`));
}
