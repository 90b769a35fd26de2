import { type Applied, appliedObjects, identityOf } from './applied-objects.ts';
import { canaryFindings, nobodyCan } from './canary-findings.ts';
import type { EnvironmentObjects, HookObject } from './environment-objects.ts';
import { proposedChoice } from './helm-hooks.ts';
import { immutableFindings } from './immutable-findings.ts';
import { type ManifestFacts, type ManifestFinding, titleOf } from './manifest-finding.ts';
import { namedElsewhere } from './named-elsewhere.ts';
import { allContainers, imageRepository } from './pods.ts';
import { referencesOf } from './references.ts';

/** All that is wrong with an environment, in the order in which a person would mend it. Pure. */
export function manifestFindings(facts: ManifestFacts): readonly ManifestFinding[] {
  const { whole, shipped, environment } = facts;
  const services = shipped.flatMap(({ name, image }): readonly ManifestFinding[] => {
    const answer = whole.services.get(name);
    if (answer === undefined) return [];
    return answer.ok
      ? serviceFindings(facts, answer, image)
      : [
          {
            code: 'manifests.workload',
            severity: 'error',
            service: name,
            problem: `${environment}: ${answer.problem}`,
            fix: answer.fix,
            ...(answer.cause === undefined ? {} : { cause: answer.cause }),
          },
        ];
  });
  return [
    ...services,
    ...undecidedHooks(facts),
    ...whole.hooks.flatMap((hook) => hookFinding(facts, hook)),
    ...nobodyCan(facts),
    ...applied(facts).flatMap((one) => objectFindings(facts, one)),
    ...immutableFindings(facts),
    ...twice(facts),
    ...keptNames(facts),
  ];
}

/** ConfigMaps and Secrets that pods read and that a program finds by name: canary and stable share them, so a change is not canaried. */
function keptNames(facts: ManifestFacts): readonly ManifestFinding[] {
  const objects = applied(facts).map(({ object }) => object);
  const read = new Set(objects.flatMap(referencesOf).map(({ kind, name }) => `${kind}/${name}`));
  return [...namedElsewhere(objects)]
    .filter(([title]) => read.has(title))
    .map(([title, place]) => ({
      code: 'manifests.named-elsewhere',
      severity: 'warning',
      problem: `${facts.environment}: ${title} keeps its name, because ${place} names it: a change of it reaches stable pods and canary alike, at the rollout, and pods that run do not read it anew`,
      fix: 'give it another name when its content changes, or let only pods name it',
    }));
}

/** Everything that the release would apply. */
function applied({ whole, shipped }: ManifestFacts): readonly Applied[] {
  return appliedObjects(
    whole,
    shipped.map(({ name }) => name),
  );
}

/** Hooks for which nobody has said what stands in for them; the fix is one line for all, drafted from when Helm would run each. */
function undecidedHooks({ environment, whole }: ManifestFacts): readonly ManifestFinding[] {
  const undecided = whole.hooks.filter(({ choice }) => choice === undefined);
  const line = undecided
    .map(
      ({ object, when }) =>
        `${titleOf(object)}: ${proposedChoice({ kind: object.kind, name: object.metadata.name, when })}`,
    )
    .join(', ');
  return undecided.map(({ object, from, when }) => ({
    code: 'manifests.hook',
    severity: 'error',
    problem: `${environment}: ${titleOf(object)} (${from}) is a Helm hook (${when}), and relctl.yaml does not say what stands in for it`,
    fix: `hooks: { ${line} } beside its source in relctl.yaml, if that is so: each is migration, smoke-test or ignore, and a migration or smoke test is then written in the plan`,
  }));
}

function hookFinding(
  { environment, migrates }: ManifestFacts,
  { object, when, choice }: HookObject,
): readonly ManifestFinding[] {
  const title = titleOf(object);
  if (choice !== 'migration' || migrates) return [];
  return [
    {
      code: 'manifests.hook-not-planned',
      severity: 'warning',
      problem: `${environment}: ${when === '' ? `relctl.yaml calls ${title} a migration` : `Helm would run ${title} (${when}) with each release`}, and the plan runs no migration`,
      fix: 'add it under spec.migrations if there is something to migrate',
    },
  ];
}

function objectFindings(facts: ManifestFacts, { service, object }: Applied): readonly ManifestFinding[] {
  const { environment, namespace } = facts;
  const of = service === undefined ? {} : { service };
  const title = titleOf(object);
  const own = object.metadata.namespace;
  const found: ManifestFinding[] = [];
  if (own !== undefined && own !== namespace) {
    found.push({
      code: 'manifests.namespace',
      severity: 'error',
      ...of,
      problem: `${environment}: ${title} is rendered for the namespace ${own}, and ${environment} is ${namespace}`,
      fix: `set environments.${environment}.namespace: ${own} in relctl.yaml, or render it for ${namespace}`,
    });
  }
  for (const { name, image } of allContainers(object)) {
    if (image === undefined || isFixed(image)) continue;
    found.push({
      code: 'manifests.moving-image',
      severity: 'warning',
      ...of,
      problem: `${environment}: the image ${image} of ${title} (${name}) can mean something else tomorrow`,
      fix: 'name a version, or a digest',
    });
  }
  return found;
}

function serviceFindings(
  { environment, canaryOf }: ManifestFacts,
  { name, workload, container, others }: Extract<ReturnType<EnvironmentObjects['services']['get']>, { ok: true }>,
  image: string,
): readonly ManifestFinding[] {
  const found: ManifestFinding[] = [];
  const rendered = allContainers(workload).find((one) => one.name === container)?.image;
  if (rendered !== undefined && imageRepository(rendered) !== imageRepository(image)) {
    found.push({
      code: 'manifests.other-image',
      severity: 'warning',
      service: name,
      problem: `${environment}: ${titleOf(workload)} runs ${imageRepository(rendered)}, and the plan ships ${imageRepository(image)} as ${name}`,
      fix: `correct the image in the plan, or services.${name}.workload in relctl.yaml`,
    });
  }
  const strategy = (workload.spec as { updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } } })
    .updateStrategy;
  if (strategy?.type === 'OnDelete' || (strategy?.rollingUpdate?.partition ?? 0) > 0) {
    found.push({
      code: 'manifests.no-rolling-update',
      severity: 'error',
      service: name,
      problem: `${environment}: ${titleOf(workload)} does not replace its pods by itself (updateStrategy ${strategy?.type === 'OnDelete' ? 'OnDelete' : 'with a partition'}), so a rollout of it never ends`,
      fix: 'let its updateStrategy be RollingUpdate without a partition',
    });
  }
  if (environment !== 'production') return found;
  return [...found, ...canaryFindings(name, canaryOf(name), workload, others)];
}

function twice(facts: ManifestFacts): readonly ManifestFinding[] {
  const seen = new Set<string>();
  return applied(facts).flatMap(({ service, object }): readonly ManifestFinding[] => {
    const title = titleOf(object);
    const key = `${identityOf(object)} ${object.metadata.namespace ?? ''}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        code: 'manifests.twice',
        severity: 'error',
        ...(service === undefined ? {} : { service }),
        problem: `${facts.environment}: ${title} is rendered twice`,
        fix: 'render each object from one source; see the manifests of relctl.yaml',
      },
    ];
  });
}

/** True for an image whose reference means the same tomorrow, as far as a reference can say that. */
function isFixed(image: string): boolean {
  if (image.includes('@sha256:')) return true;
  const tag = /:([\w][\w.-]*)$/.exec(image.slice(image.lastIndexOf('/') + 1))?.[1];
  return tag !== undefined && tag !== 'latest';
}
