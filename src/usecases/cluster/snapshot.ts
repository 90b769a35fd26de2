import { AUTOSCALER, isAutoscaled } from '../../domain/deployment/autoscaling.ts';
import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import { withoutServerFields } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import type { Context } from '../release/context.ts';
import { isSameRef, refOf } from './apply.ts';
import type { DesiredService } from './desired-objects.ts';
import { listIfKnown } from './optional-kinds.ts';
import { clusterOf, type Run } from './run.ts';

/** What a target ran before the release: enough to put every touched object back. */
export interface Baseline {
  readonly target: string;
  readonly objects: readonly BaselineObject[];
}

/** One object as it was, or that it was not there. The content of a Secret is never kept, only its digest. */
export interface BaselineObject extends ObjectRef {
  readonly service: string;
  readonly object: KubeObject | null;
  readonly sha256?: string;
  /** Somebody else decides the number of replicas. */
  readonly autoscaled?: true;
  /** The object divides requests: `shipped` when the release has a new one, `foreign` when only our own parts are touched. */
  readonly route?: 'shipped' | 'foreign';
}

/** Reads what a target runs now of everything that the release will touch, and keeps it as evidence. */
export async function recordBaseline(run: Run, target: string, services: readonly DesiredService[]): Promise<Evidence> {
  const cluster = clusterOf(run.context, target);
  const autoscalers = await listIfKnown(cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind);
  const objects = await Promise.all(
    services.flatMap((service) =>
      touchedBy(run, service).map(async ({ route, ...ref }): Promise<BaselineObject> => {
        const live = await cluster.get(ref);
        const facts = { service: service.name, ...ref, ...(route === undefined ? {} : { route }) };
        if (live === undefined) return { ...facts, object: null };
        const object = withoutServerFields(live);
        if (ref.kind === 'Secret') return { ...facts, object: null, sha256: secretDigest(live) };
        return { ...facts, object, ...(isAutoscaled(live, autoscalers) ? { autoscaled: true as const } : {}) };
      }),
    ),
  );
  const baseline: Baseline = { target, objects };
  const name = `baseline-${run.attempt}-${target.replace('/', '-')}.json`;
  return run.context.store.keep(run.release.journal.plan.id, name, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** What tells that a Secret is as it was, without telling what it holds. */
export function secretDigest(live: KubeObject): string {
  return sha256(canonicalJson(withoutServerFields(live)));
}

type Touched = ObjectRef & Pick<BaselineObject, 'route'>;

/** Everything of a service that a release may write, the Deployment last. */
function touchedBy(run: Run, service: DesiredService): readonly Touched[] {
  const { steering } = strategyOf(run.release.journal.plan.spec);
  const ref =
    steering?.ownObject === true ? undefined : steering?.ref(run.context.config.services[service.name]?.traffic);
  const shipped = [...service.others, service.deployment].map(refOf);
  if (ref === undefined) return shipped;
  const isRoute = (one: ObjectRef) => isSameRef(one, ref);
  return shipped.some(isRoute)
    ? shipped.map((one) => (isRoute(one) ? { ...one, route: 'shipped' } : one))
    : [{ ...ref, route: 'foreign' }, ...shipped];
}

/** An object of a target as it was before the release; `undefined` when it was not there. */
export async function recordedObject(run: Run, target: string, ref: ObjectRef): Promise<KubeObject | undefined> {
  const baseline = await readBaseline(run.context, run, target);
  return baseline?.objects.find((one) => isSameRef(one, ref))?.object ?? undefined;
}

/** The baseline of a target, from the evidence of this attempt. Errors: `plan.evidence-mismatch`. */
export async function readBaseline(context: Context, run: Run, target: string): Promise<Baseline | undefined> {
  const { plan, state } = run.release.journal;
  const evidence = state.deployment?.steps.get(`baseline@${target}`)?.data?.evidence;
  if (evidence === undefined) return undefined;
  const bytes = await context.store.read(plan.id, evidence);
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Baseline;
  } catch (cause) {
    throw new RelctlError('plan.evidence-mismatch', `releases/${plan.id}/${evidence.file} is not a baseline`, {
      why: 'It holds what production ran before this release.',
      hints: [`git checkout -- releases/${plan.id}/${evidence.file}`],
      cause,
    });
  }
}
