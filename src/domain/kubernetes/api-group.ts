/** The group of an `apiVersion`, such as `apps` of `apps/v1`; the core group has no name. Versions of one group are views of the same objects. */
export function apiGroup(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
