import type { KubeObject } from '../../ports/cluster.ts';
import { applicationNamed, isKeeper } from '../gitops/application.ts';
import { type Health, healthText } from '../kubernetes/health.ts';
import { isSameImage } from '../kubernetes/image-reference.ts';
import { isContentNamed, nameOf } from '../kubernetes/manifests.ts';
import { allContainers } from '../kubernetes/pods.ts';
import { type Reconciler, reconcilerOf } from '../kubernetes/reconcilers.ts';
import { shortImage } from '../versions/image-versions.ts';
import { holdsContent } from './content.ts';

/** Something about an object of production that stands in the way of a release, found before anything is announced. */
export interface Unfit {
  /**
   * `refused`: it would fail for certain, or be undone. `sick`: it may work, and a person has to say why it is done all the same.
   * `told`: people should know.
   */
  readonly weight: 'refused' | 'sick' | 'told';
  readonly code:
    | 'paused'
    | 'terminating'
    | 'reconciled'
    | 'not-kept'
    | 'not-committable'
    | 'no-application'
    | 'helm-released'
    | 'sick'
    | 'autoscaler-at-maximum'
    | 'no-eviction'
    | 'rejected'
    | 'rewritten'
    | 'not-restorable'
    | 'same-image';
  readonly target: string;
  /** `Kind/name`. */
  readonly object: string;
  readonly problem: string;
  /** The command or change that mends it. */
  readonly fix: string;
  /** It may be over in a moment. */
  readonly moving?: true;
}

/** What is known of an object that a release will write. */
export interface Ground {
  readonly target: string;
  readonly live: KubeObject;
  /** Names of its field managers. */
  readonly managers: readonly string[];
  /** Of a workload. */
  readonly health?: Health | undefined;
  /** How kubectl addresses the namespace: `kubectl -n shop`. */
  readonly kubectl: string;
  /** What applies the commits of the release, where it is brought by commits: its title. */
  readonly keeper?: string | undefined;
  /** True where relctl itself writes to the object. */
  readonly isWritten?: boolean;
}

/** What of an object, as it stands, is in the way of a release that will write it. */
export function unfitObject(ground: Ground): readonly Unfit[] {
  const { target, live, managers, health, kubectl, keeper, isWritten = true } = ground;
  const object = nameOf(live);
  const address = `${live.kind.toLowerCase()} ${live.metadata.name}`;
  const found: Unfit[] = [];
  const add = (weight: Unfit['weight'], code: Unfit['code'], problem: string, fix: string) =>
    found.push({ weight, code, target, object, problem, fix });
  if (live.metadata.deletionTimestamp !== undefined) {
    const finalizers = (live.metadata.finalizers ?? []) as readonly string[];
    const waits = finalizers.length === 0 ? '' : ` and waits for its finalizers: ${finalizers.join(', ')}`;
    add('refused', 'terminating', `${object} is being deleted${waits}`, `${kubectl} get ${address} -o yaml`);
  }
  if ((live.spec as { readonly paused?: boolean } | undefined)?.paused === true) {
    add(
      'refused',
      'paused',
      `${object} is paused (spec.paused): what is written to it is not rolled out`,
      `${kubectl} rollout resume ${address}`,
    );
  }
  const reconciler = reconcilerOf(live, managers);
  if (!isWritten) {
    if (keeper === undefined || !isKeeper(reconciler?.name, keeper))
      add('refused', 'not-kept', notKept(object, reconciler, keeper), CORRECT_APPLICATION);
  } else if (reconciler?.reverts === true) {
    add(
      'refused',
      'reconciled',
      `${object} is kept as it is by ${reconciler.name} (${reconciler.evidence}), which would undo ${keeper === undefined ? 'the release' : 'what the canary changes in it'}`,
      keeper === undefined ? leaveAlone(reconciler) : CANARY_BESIDE,
    );
  } else if (reconciler?.reverts === false) {
    const { name, evidence } = reconciler;
    add('told', 'helm-released', `${object} belongs to the ${name} (${evidence}): its next upgrade writes over it`, '');
  }
  if (health?.trouble !== undefined) {
    const problem = `${object} is not well before the release: ${healthText(health)}`;
    const moving = health.moving === true ? { moving: true as const } : {};
    found.push({
      weight: 'sick',
      code: 'sick',
      target,
      object,
      problem,
      fix: `${kubectl} describe ${address}`,
      ...moving,
    });
  }
  return found;
}

/** Says that production runs the image of a service already: its canary passes because it is compared with itself. */
export function unchangedImage(
  target: string,
  service: string,
  sent: KubeObject,
  live: KubeObject,
  container: string,
): readonly Unfit[] {
  const imageOf = (object: KubeObject) => allContainers(object).find(({ name }) => name === container)?.image;
  const [image, running] = [imageOf(sent), imageOf(live)];
  if (image === undefined || running === undefined || !isSameImage(image, running)) return [];
  const problem = `${nameOf(live)} runs ${shortImage(image)} already: the image of ${service} does not change, and its canary is compared with itself`;
  return [{ weight: 'told', code: 'same-image', target, object: nameOf(live), problem, fix: '' }];
}

const CORRECT_APPLICATION = 'correct environments.production.gitops.application in relctl.yaml';
const CANARY_BESIDE =
  'a canary of pods of its own beside it: strategy shared-service or worker in the plan, without stablePods; or take the object out of what is applied from git';

/** What it means that what is committed would not get to an object. */
export function notKept(object: string, found: Reconciler | undefined, keeper: string | undefined): string {
  const by = found === undefined ? 'kept by nobody that relctl knows' : `kept by ${found.name} (${found.evidence})`;
  return `${object} is ${by}, and not by ${keeper}: what is committed would not get there`;
}

/** What makes a release over what a reconciler keeps possible. */
export function leaveAlone({ name }: Reconciler): string {
  const application = applicationNamed(name);
  if (application === undefined) {
    return `release it by a change of what ${name} reads, or take it out of the hands of ${name}`;
  }
  const byCommits = `release it by commits: in relctl.yaml, environments.production: { rollout: gitops, gitops: { repository: <url>, path: <folder>, application: ${application} } }`;
  const otherwise = application.startsWith('Kustomization/')
    ? 'have Flux leave it alone (annotation kustomize.toolkit.fluxcd.io/reconcile: disabled in the manifests that it reads), or take it out of the Kustomization'
    : `take it out of the hands of ${name}`;
  return `${byCommits}; or ${otherwise}`;
}

/** Says that a Secret is written over under its own name: what it holds is kept nowhere, so a rollback waits for a person to put it back. */
export function unrestorable(target: string, sent: KubeObject, live: KubeObject | undefined): readonly Unfit[] {
  if (sent.kind !== 'Secret' || live === undefined || isContentNamed(sent) || holdsContent(live, sent)) return [];
  const object = nameOf(sent);
  const problem = `${object} is written over under its name: relctl keeps no content of a Secret, so a rollback cannot put it back, and a person has to`;
  return [{ weight: 'told', code: 'not-restorable', target, object, problem, fix: '' }];
}

/** An autoscaler that cannot add pods, and a budget that allows no eviction: neither stops a release, both make it worse when it fails. */
export function strained(
  target: string,
  autoscalers: readonly KubeObject[],
  budgets: readonly KubeObject[],
): readonly Unfit[] {
  const full = autoscalers.flatMap((one): readonly Unfit[] => {
    const { maxReplicas = Number.POSITIVE_INFINITY } = one.spec as { readonly maxReplicas?: number };
    const { currentReplicas = 0 } = (one.status ?? {}) as { readonly currentReplicas?: number };
    if (currentReplicas < maxReplicas) return [];
    const problem = `${nameOf(one)} is at its maximum of ${maxReplicas}: it can add no pod if the release needs more`;
    return [{ weight: 'told', code: 'autoscaler-at-maximum', target, object: nameOf(one), problem, fix: '' }];
  });
  const tight = budgets.flatMap((one): readonly Unfit[] => {
    const { disruptionsAllowed, expectedPods = 0 } = (one.status ?? {}) as {
      readonly disruptionsAllowed?: number;
      readonly expectedPods?: number;
    };
    if (disruptionsAllowed !== 0 || expectedPods === 0) return [];
    const problem = `${nameOf(one)} allows no eviction now: a node that has to be drained meanwhile waits`;
    return [{ weight: 'told', code: 'no-eviction', target, object: nameOf(one), problem, fix: '' }];
  });
  return [...full, ...tight];
}
