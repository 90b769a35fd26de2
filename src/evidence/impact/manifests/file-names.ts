import { baseName, folderOf } from '../paths.ts';

const KIND = 'dep|deploy|deployment|svc|service|statefulset|sts|daemonset|ds';
const SUFFIX = new RegExp(String.raw`([-_.](${KIND}))?\.[^.]+$`);
const IS_KIND = new RegExp(`^(${KIND})$`);

/**
 * What a manifest or a chart's template is named after: `api` of `api.yaml`, `01-api-deployment.yaml`, `deployments/api.yaml` and
 * `api/statefulset.yaml`.
 */
export function namedAfter(path: string): string {
  const own = baseName(path)
    .replace(SUFFIX, '')
    .replace(/^\d+[-_]/, '');
  return IS_KIND.test(own) ? baseName(folderOf(path)) : own;
}
