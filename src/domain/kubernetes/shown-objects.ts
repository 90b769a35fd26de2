import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';
import { canonicalJson } from '../../plan/digest.ts';
import { PLAIN_YAML } from '../../plan/plain-yaml.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { withoutSecrets } from './staged-objects.ts';
import { toldApart } from './told-apart.ts';

/** An object with whose it is. */
export interface OwnedObject {
  readonly owner: string;
  readonly object: KubeObject;
}

/** Objects as YAML documents, each below a line that says whose it is; values of Secrets hidden. */
export function objectsAsYaml(objects: readonly OwnedObject[]): string {
  return objects.map(({ owner, object }) => `# ${owner}\n${yamlOf(object)}`).join('---\n');
}

/** What changes from one set of objects to another, as a unified diff; empty when nothing does. */
export function differenceOf(before: readonly OwnedObject[], after: readonly OwnedObject[]): string {
  const [old, now] = [byTitle(before), byTitle(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .flatMap((title) => {
      const [a, b] = [old.get(title) ?? '', now.get(title) ?? ''];
      if (a === b) return [];
      const [from, to] = [a === '' ? '/dev/null' : title, b === '' ? '/dev/null' : title];
      const patch = createTwoFilesPatch(from, to, a, b, '', '', { context: 3 });
      return [patch.slice(patch.indexOf('---'))];
    })
    .join('');
}

function byTitle(objects: readonly OwnedObject[]): ReadonlyMap<string, string> {
  const owners = [...new Set(objects.map(({ owner }) => owner))];
  return new Map(
    owners.flatMap((owner) => {
      const own = toldApart(
        objects.filter((one) => one.owner === owner),
        ({ object }) => object,
      );
      return [...own].map(([name, { object }]) => [`${owner} ${name}`, yamlOf(object)] as const);
    }),
  );
}

/** Keys are sorted, so that two renderings that mean the same look the same. */
function yamlOf(object: KubeObject): string {
  return stringify(JSON.parse(canonicalJson(withoutSecrets(object))), { ...PLAIN_YAML, lineWidth: 0 });
}
