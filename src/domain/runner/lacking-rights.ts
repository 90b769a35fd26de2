import type { PolicyRule } from './rights.ts';

/**
 * What rules as they are printed grant and others do not, such as `patch apps/deployments` or `update coordination.k8s.io/leases relctl`. Rules
 * that grant more are as good.
 */
export function lackingRights(printed: readonly PolicyRule[], live: readonly PolicyRule[]): readonly string[] {
  const lacking = printed.flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        (rule.resourceNames ?? [undefined]).flatMap((name) =>
          rule.verbs
            .filter((verb) => !live.some((one) => grants(one, { group, resource, name, verb })))
            .map(
              (verb) => `${verb} ${group === '' ? '' : `${group}/`}${resource}${name === undefined ? '' : ` ${name}`}`,
            ),
        ),
      ),
    ),
  );
  return [...new Set(lacking)];
}

interface Right {
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
  readonly verb: string;
}

function grants(
  { apiGroups = [], resources = [], verbs = [], resourceNames = [] }: Partial<PolicyRule>,
  { group, resource, name, verb }: Right,
): boolean {
  const has = (list: readonly string[], value: string) => list.includes(value) || list.includes('*');
  const isForAll = resourceNames.length === 0;
  return (
    has(apiGroups, group) &&
    has(resources, resource) &&
    has(verbs, verb) &&
    (isForAll || (name !== undefined && resourceNames.includes(name)))
  );
}
