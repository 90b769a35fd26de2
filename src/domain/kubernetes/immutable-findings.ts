import type { KubeObject } from '../../ports/cluster.ts';
import { type Applied, appliedObjects, identityOf } from './applied-objects.ts';
import { proposedChoice } from './helm-hooks.ts';
import { immutableChanges } from './immutable-fields.ts';
import { type ManifestFacts, type ManifestFinding, titleOf } from './manifest-finding.ts';

/**
 * Objects that cannot become what the candidate makes of them: the base renders them too, and they would have to change in a field that no
 * API server changes. A Job that does not change now is told all the same, because the next release will want to change it.
 */
export function immutableFindings(facts: ManifestFacts): readonly ManifestFinding[] {
  const services = facts.shipped.map(({ name }) => name);
  const before = new Map(facts.standing.objects.map((object) => [identityOf(object), object]));
  const asRendered = new Map(
    appliedObjects(facts.whole, services).map(({ object }) => [identityOf(object), object] as const),
  );
  const applied = appliedObjects(facts.written, services).map((one): Changed => {
    const identity = identityOf(one.object);
    const [old, plain] = [before.get(identity), asRendered.get(identity)];
    return {
      ...one,
      fields: old === undefined ? [] : immutableChanges(old, one.object),
      onlyImage: old !== undefined && plain !== undefined && immutableChanges(old, plain).length === 0,
    };
  });
  return applied.flatMap((one) => {
    if (one.object.kind === 'Job') return [jobFinding(facts, one, applied)];
    return one.fields.length === 0 ? [] : [fixedFinding(facts, one)];
  });
}

interface Changed extends Applied {
  /** What would have to change and cannot. */
  readonly fields: readonly string[];
  /** True where nothing but the image that is shipped changes. */
  readonly onlyImage: boolean;
}

function fixedFinding({ environment, standing }: ManifestFacts, { service, object, fields }: Changed): ManifestFinding {
  const title = titleOf(object);
  return {
    code: 'manifests.immutable',
    severity: 'error',
    ...(service === undefined ? {} : { service }),
    problem: `${environment}: ${title} differs from ${standing.base} in ${fields.join(', ')}, which an API server takes when the object is made and refuses to change`,
    fix: `keep ${fields.join(', ')} as ${standing.base} has it, or give ${object.kind} ${object.metadata.name} another name in the candidate`,
  };
}

function jobFinding(facts: ManifestFacts, one: Changed, all: readonly Changed[]): ManifestFinding {
  const { environment, standing } = facts;
  const title = titleOf(one.object);
  const of = one.service === undefined ? {} : { service: one.service };
  const isRefused = one.fields.length > 0;
  const alike = all.filter(
    ({ service, object, fields }) =>
      service === one.service && object.kind === 'Job' && (!isRefused || fields.length > 0),
  );
  const line = standing.lineFor(
    one.service,
    Object.fromEntries(alike.map(({ object }) => [titleOf(object), choiceFor(object)])),
  );
  if (!isRefused) {
    return {
      code: 'manifests.job',
      severity: 'warning',
      ...of,
      problem: `${environment}: ${title} is a Job among the manifests; a release that changes its template is refused, because that is immutable`,
      fix: `make it a migration or a smoke test of the plan: ${line}`,
    };
  }
  const why = one.onlyImage
    ? `it runs the image of ${one.service}, which each release changes, in ${one.fields.join(', ')}`
    : `it differs from ${standing.base} in ${one.fields.join(', ')}`;
  return {
    code: 'manifests.immutable',
    severity: 'error',
    ...of,
    problem: `${environment}: ${title} cannot be applied once more: ${why}, which an API server refuses to change`,
    fix: `${line}; relctl then never applies it: a migration or smoke test that you write in the plan does its work, and where there is none to do, say ignore. Or give the Job another name in the candidate`,
  };
}

/** What most likely stands in for a Job that Helm knows nothing of. */
function choiceFor({ kind, metadata: { name } }: KubeObject) {
  return proposedChoice({ kind, name, when: 'post-upgrade' });
}
