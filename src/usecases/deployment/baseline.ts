import { RelctlError } from '../../domain/errors.ts';
import { withoutServerFields } from '../../domain/manifests.ts';
import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import type { Context } from '../context.ts';
import { refOf } from './apply.ts';
import type { DesiredService } from './objects.ts';
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
}

/** Reads what a target runs now of everything that the release will touch, and keeps it as evidence. */
export async function recordBaseline(run: Run, target: string, services: readonly DesiredService[]): Promise<Evidence> {
  const cluster = clusterOf(run.context, target);
  const objects = await Promise.all(
    services.flatMap((service) =>
      [...service.others, service.deployment].map(async (desired): Promise<BaselineObject> => {
        const ref = refOf(desired);
        const live = await cluster.get(ref);
        if (live === undefined) return { service: service.name, ...ref, object: null };
        const object = withoutServerFields(live);
        return ref.kind === 'Secret'
          ? { service: service.name, ...ref, object: null, sha256: sha256(canonicalJson(object)) }
          : { service: service.name, ...ref, object };
      }),
    ),
  );
  const baseline: Baseline = { target, objects };
  const name = `baseline-${run.attempt}-${target.replace('/', '-')}.json`;
  return run.context.store.keep(run.release.journal.plan.id, name, `${JSON.stringify(baseline, null, 2)}\n`);
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
