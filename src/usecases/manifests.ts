import type { EnvironmentObjects } from '../domain/kubernetes/environment-objects.ts';
import { PRODUCT } from '../domain/kubernetes/own-objects.ts';
import { differenceOf, type OwnedObject, objectsAsYaml } from '../domain/kubernetes/shown-objects.ts';
import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { RelctlError } from '../errors.ts';
import type { EnvironmentName } from '../plan/config.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { command } from '../text/command-line.ts';
import { renderedDigest } from './cluster/desired-objects.ts';
import { type EnvironmentQuestion, renderEnvironment, serviceIn } from './cluster/environment.ts';
import type { Context } from './release/context.ts';

/** What of the manifests is shown. */
export interface ManifestsOptions {
  readonly environments: readonly EnvironmentName[];
  readonly service?: string;
  /** Ref whose rendering it is compared with. */
  readonly base?: string;
}

/**
 * Shows exactly what a release applies, or what that changes against what another commit renders: what the CAB sees as the change.
 * @throws RelctlError `config.*`, `manifests.*`, `repo.no-such-commit`, `usage.bad-flag`
 */
export async function manifests(context: Context, id: string, options: ManifestsOptions): Promise<Outcome> {
  const plan = await context.store.load(id);
  refuseUnknown(plan, options.service);
  const base = options.base === undefined ? undefined : await context.repository.resolve(options.base);
  const shown = await Promise.all(
    options.environments.map(async (environment) => ({
      environment,
      digest: await renderedDigest(context, plan.spec, environment),
      ...(await contentOf(context, plan, environment, options, base)),
    })),
  );
  return {
    result: 'done',
    headline:
      base === undefined
        ? `what ${id} applies to ${options.environments.join(' and ')}`
        : `what ${id} changes in ${options.environments.join(' and ')} against ${options.base}`,
    blocks: shown.flatMap(({ environment, digest, text, objects }): readonly Block[] => [
      { kind: 'heading', text: environment },
      {
        kind: 'facts',
        facts: [
          ['objects', String(objects)],
          ['digest', `sha256:${digest}`],
        ],
      },
      text === '' ? { kind: 'text', text: 'changes nothing' } : { kind: 'verbatim', text },
    ]),
    data: {
      release: id,
      commit: plan.spec.candidate.commit,
      ...(base === undefined ? {} : { base }),
      environments: shown,
    },
    simulated: context.environments.simulated,
  };
}

async function contentOf(
  context: Context,
  { spec }: ReleasePlan,
  environment: EnvironmentName,
  { service }: ManifestsOptions,
  base: string | undefined,
): Promise<{ readonly text: string; readonly objects: number }> {
  const services = spec.services.map(({ name }) => name);
  const images = Object.fromEntries(spec.services.map(({ name, image }) => [name, image]));
  const render = async (commit: string, rest: Partial<EnvironmentQuestion>) =>
    renderEnvironment(context, commit, { environment, services, ...rest });
  const wanted = (objects: readonly OwnedObject[]) =>
    objects.filter(({ owner }) => service === undefined || owner === service);
  if (base === undefined) {
    const whole = await render(spec.candidate.commit, { images });
    for (const name of services) serviceIn(whole, environment, name);
    const objects = wanted(ownedIn(whole, services));
    return { text: objectsAsYaml(objects), objects: objects.length };
  }
  // With the names that people gave: a changed ConfigMap is then one that changes, not one that goes and another that comes.
  const [before, after] = await Promise.all([
    render(base, { names: 'plain' }),
    render(spec.candidate.commit, { images, names: 'plain' }),
  ]);
  for (const name of services) serviceIn(after, environment, name);
  const objects = wanted(ownedIn(after, services));
  return { text: differenceOf(wanted(ownedIn(before, services)), objects), objects: objects.length };
}

/** The objects of some services, and of the product; a service that the commit does not have yet has none. */
function ownedIn({ services, product }: EnvironmentObjects, names: readonly string[]): readonly OwnedObject[] {
  return [
    ...product.map((object) => ({ owner: PRODUCT, object })),
    ...names.flatMap((owner) => {
      const answer = services.get(owner);
      return answer?.ok ? [...answer.others, answer.workload].map((object) => ({ owner, object })) : [];
    }),
  ];
}

function refuseUnknown({ id, spec }: ReleasePlan, service: string | undefined): void {
  const known = [...spec.services.map(({ name }) => name), PRODUCT];
  if (service === undefined || known.includes(service)) return;
  throw new RelctlError('usage.bad-flag', `${id} does not ship a service ${service}`, {
    why: 'Only what a release ships is applied.',
    hints: known.map((name) => command`relctl manifests ${id} --service ${name}`),
  });
}
