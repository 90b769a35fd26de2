/** The commit in a revision as reconcilers write it: `main@sha1:<id>`, `main/<id>`, `<id>`. */
export function commitIn(revision: string | undefined): string | undefined {
  return /(?:^|[:/])([0-9a-f]{64}|[0-9a-f]{40})$/.exec(revision ?? '')?.[1];
}

/** True for two ways of writing one folder: `./apps/shop/` and `apps/shop`. */
export function sameFolder(a: string, b: string): boolean {
  return folderOf(a) === folderOf(b);
}

/** A folder without what says nothing; empty for the whole repository. */
export function folderOf(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}
