import { RelctlError } from '../../errors.ts';
import type { GitOpsSettings } from '../../plan/gitops.ts';
import type { ObjectRef } from '../../ports/cluster.ts';
import type { ApplicationKind, ApplicationRef } from './application-kind.ts';
import { APPLICATIONS } from './registry.ts';

/** The application of a configuration, in its parts. */
export function applicationRef({ application }: Pick<GitOpsSettings, 'application'>): ApplicationRef {
  const [kind = '', namespace = '', name = ''] = application.split('/');
  return { kind, namespace, name };
}

/** What the kind of an application means. Errors: `config.invalid` for one that relctl does not have. */
export function applicationKind({ kind, namespace, name }: ApplicationRef, kinds = APPLICATIONS): ApplicationKind {
  const found = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (found !== undefined) return found;
  throw new RelctlError(
    'config.invalid',
    `environments.production.gitops.application is a ${kind}, which relctl does not know`,
    {
      place: { file: 'relctl.yaml' },
      why: 'What its status means, and so when a commit is applied, nobody can tell.',
      hints: Object.keys(kinds).map((one) => `application: ${one}/${namespace}/${name}`),
    },
  );
}

/** Where the object is, inside its namespace. */
export function applicationObject(ref: ApplicationRef): ObjectRef {
  return { apiVersion: applicationKind(ref).apiVersion, kind: ref.kind, name: ref.name };
}

/** Its name for people: `Kustomization flux-system/shop`. */
export function applicationText({ kind, namespace, name }: ApplicationRef): string {
  return `${kind} ${namespace}/${name}`;
}

/** What an application is called where it is said who keeps an object: `Flux Kustomization flux-system/shop`. Errors: `config.invalid`. */
export function keeperTitle(ref: ApplicationRef, kinds = APPLICATIONS): string {
  return `${applicationKind(ref, kinds).tool} ${ref.namespace}/${ref.name}`;
}

/** True where the title that `reconcilerOf` gave is the one of a keeper; a mark that tells no namespace is one of any. */
export function isKeeper(found: string | undefined, keeper: string): boolean {
  return (
    found === keeper || (found !== undefined && !found.includes('/') && found === keeper.replace(/ [^ /]+\//, ' '))
  );
}

/** The application as relctl.yaml names it, from the title that `reconcilerOf` gives it; `undefined` where that does not tell its namespace. */
export function applicationNamed(title: string, kinds = APPLICATIONS): string | undefined {
  for (const [kind, { tool, home }] of Object.entries(kinds)) {
    const own = title.startsWith(`${tool} `) ? title.slice(tool.length + 1) : undefined;
    if (own === undefined) continue;
    if (own.includes('/')) return `${kind}/${own}`;
    return home === undefined ? undefined : `${kind}/${home}/${own}`;
  }
  return undefined;
}
