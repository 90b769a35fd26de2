import type { KubeObject } from '../../ports/cluster.ts';
import { byName } from '../../text/by-name.ts';
import type { KeeperMark } from '../gitops/application-kind.ts';
import { APPLICATIONS } from '../gitops/registry.ts';

/** Something that keeps an object as it wants it, and would write over a release. */
export interface Reconciler {
  /** What it is, with the name of its own object where that is told: `Flux Kustomization flux-system/shop`. */
  readonly name: string;
  /** Where that stands: `label kustomize.toolkit.fluxcd.io/name`. */
  readonly evidence: string;
  /** False for what writes only when somebody starts it. */
  readonly reverts: boolean;
}

interface Sign extends KeeperMark {
  readonly tool: string;
  readonly reverts?: false;
}

/** By what tools mark what they apply whose commits relctl does not make. Sources: the documentation of each on how it tracks what it manages. */
const OTHERS: readonly Sign[] = [
  {
    tool: 'Flux HelmRelease',
    at: 'labels',
    key: 'helm.toolkit.fluxcd.io/name',
    namespace: 'helm.toolkit.fluxcd.io/namespace',
  },
  { tool: 'Config Sync', at: 'annotations', key: 'configmanagement.gke.io/managed', value: 'enabled' },
  { tool: 'Fleet bundle', at: 'labels', key: 'objectset.rio.cattle.io/hash' },
  { tool: 'kapp-controller App', at: 'labels', key: 'kapp.k14s.io/app' },
  { tool: 'Helm release', at: 'annotations', key: 'meta.helm.sh/release-name', reverts: false },
];

/** Field managers of programs that write by themselves, as `metadata.managedFields` names them. */
const MANAGERS: Readonly<Record<string, string>> = byName({
  'kustomize-controller': 'Flux',
  'helm-controller': 'Flux',
  'argocd-controller': 'Argo CD',
  'argocd-application-controller': 'Argo CD',
  configsync: 'Config Sync',
  'fleetagent-controller': 'Fleet',
});

/** Annotations by which people tell a tool to leave an object alone. */
const LEFT_ALONE: Readonly<Record<string, readonly string[]>> = byName({
  'kustomize.toolkit.fluxcd.io/reconcile': ['disabled'],
  'kustomize.toolkit.fluxcd.io/ssa': ['Ignore', 'IfNotPresent'],
  'helm.toolkit.fluxcd.io/driftDetection': ['disabled'],
  'configmanagement.gke.io/managed': ['disabled'],
});

/**
 * Who else keeps an object as it wants it: a GitOps controller, an operator by a controlling owner reference, or Helm, which does so
 * at its next upgrade only. Flux leaves a Helm release alone between upgrades unless it is told to detect drift, and which of the two is
 * so does not stand at the object: it counts as reverting.
 * @param managers names of the field managers of the object, where they are known
 */
export function reconcilerOf(
  object: KubeObject,
  managers: readonly string[] = [],
  kinds = APPLICATIONS,
): Reconciler | undefined {
  const { labels = {}, annotations = {}, ownerReferences = [] } = object.metadata;
  const isLeftAlone = Object.entries(LEFT_ALONE).some(([key, values]) => values.includes(annotations[key] ?? ''));
  if (isLeftAlone) return undefined;
  const owner = ownerReferences.find((one) => (one as { readonly controller?: boolean }).controller === true);
  if (owner !== undefined) {
    return {
      name: `the controller of ${owner.kind} ${owner.name}`,
      evidence: 'metadata.ownerReferences',
      reverts: true,
    };
  }
  const known = Object.values(kinds).flatMap(({ tool, marks }) => marks.map((mark): Sign => ({ tool, ...mark })));
  for (const { tool, at, key, namespace, parted = '/', managers: own, value, reverts = true } of [
    ...known,
    ...OTHERS,
  ]) {
    const said = { labels, annotations }[at][key];
    if (said === undefined || (value !== undefined && said !== value)) continue;
    if (own !== undefined && !managers.some((one) => own.includes(one))) continue;
    const place = namespace === undefined ? undefined : labels[namespace];
    const named =
      value === undefined
        ? ` ${place === undefined ? '' : `${place}/`}${said.split(':')[0]?.replace(parted, '/')}`
        : '';
    return { name: `${tool}${named}`, evidence: `${at === 'labels' ? 'label' : 'annotation'} ${key}`, reverts };
  }
  const manager = managers.find((one) => Object.hasOwn(MANAGERS, one));
  return manager === undefined
    ? undefined
    : { name: MANAGERS[manager] ?? manager, evidence: `metadata.managedFields: ${manager}`, reverts: true };
}
