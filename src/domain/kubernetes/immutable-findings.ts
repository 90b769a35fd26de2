import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { type Applied, appliedObjects, identityOf } from './applied-objects.ts';
import type { EnvironmentObjects } from './environment-objects.ts';
import { proposedChoice } from './helm-hooks.ts';
import { immutableChanges } from './immutable-fields.ts';
import { type ManifestFacts, type ManifestFinding, titleOf } from './manifest-finding.ts';
import { refusalText } from './refusal-text.ts';

/**
 * Objects that cannot become what the candidate makes of them, in a field that no API server changes: the base renders them too, or the environment
 * has them from elsewhere. A Job that does not change now is told all the same, because the next release will want to change it.
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
      refused: facts.standing.refused.get(identity),
    };
  });
  return applied.flatMap((one) => {
    if (one.object.kind === 'Job') return [jobFinding(facts, one, applied)];
    if (one.fields.length > 0) return [fixedFinding(facts, one)];
    return one.refused === undefined ? [] : [standingFinding(facts, one, one.refused)];
  });
}

/** What a release applies and its base does not render: git does not say whether the environment has it. */
export function unknownToBase(
  whole: EnvironmentObjects,
  services: readonly string[],
  base: readonly KubeObject[],
): readonly KubeObject[] {
  const known = new Set(base.map(identityOf));
  return appliedObjects(whole, services)
    .map(({ object }) => object)
    .filter((object) => !known.has(identityOf(object)));
}

interface Changed extends Applied {
  /** What would have to change and cannot. */
  readonly fields: readonly string[];
  /** True where nothing but the image that is shipped changes. */
  readonly onlyImage: boolean;
  /** Why the environment refuses the change of what it has from elsewhere. */
  readonly refused: string | undefined;
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

function standingFinding(
  { environment, standing }: ManifestFacts,
  { service, object }: Changed,
  refused: string,
): ManifestFinding {
  const { fields, sentence } = refusalText(refused);
  const keep = fields.length === 0 ? 'the candidate' : `${fields.join(', ')} as ${environment} has it`;
  return {
    code: 'manifests.immutable',
    severity: 'error',
    ...(service === undefined ? {} : { service }),
    problem: `${environment}: ${titleOf(object)} is there from an earlier staging or by hand, and not in ${standing.base}; ${sentence}`,
    fix: `${fields.length === 0 ? 'change' : 'keep'} ${keep}, or give ${object.kind} ${object.metadata.name} another name in the candidate; where nothing that it holds is missed: ${removal(standing, object)}`,
  };
}

/** The command by which a person takes an object away that the release is to make anew. */
function removal({ kubectl }: ManifestFacts['standing'], { kind, metadata: { name } }: KubeObject): string {
  return `${kubectl}${command` delete ${kind.toLowerCase()} ${name}`}`;
}

function jobFinding(facts: ManifestFacts, one: Changed, all: readonly Changed[]): ManifestFinding {
  const { environment, standing } = facts;
  const title = titleOf(one.object);
  const of = one.service === undefined ? {} : { service: one.service };
  const isRefused = cannotBe(one);
  const alike = all.filter(
    (other) => other.service === one.service && other.object.kind === 'Job' && (!isRefused || cannotBe(other)),
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
  const standIn = `${line}; relctl then never applies it: a migration or smoke test that you write in the plan does its work, and where there is none to do, say ignore`;
  if (one.fields.length === 0) {
    return {
      code: 'manifests.immutable',
      severity: 'error',
      ...of,
      problem: `${environment}: ${title} cannot be applied once more: it is there from an earlier staging or by hand, and not in ${standing.base}; ${refusalText(one.refused ?? '').sentence}`,
      fix: `give the Job another name in the candidate, which then runs; or ${standIn}; or let it run anew under its name: ${removal(standing, one.object)}`,
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
    fix: `${standIn}. Or give the Job another name in the candidate`,
  };
}

function cannotBe({ fields, refused }: Changed): boolean {
  return fields.length > 0 || refused !== undefined;
}

/** What most likely stands in for a Job that Helm knows nothing of. */
function choiceFor({ kind, metadata: { name } }: KubeObject) {
  return proposedChoice({ kind, name, when: 'post-upgrade' });
}
