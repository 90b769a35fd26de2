import {
  type EnvironmentObjects,
  environmentObjects,
  type RenderedSource,
  type ServiceAnswer,
} from '../../domain/kubernetes/environment-objects.ts';
import { type PlannedSource, sourcesOf } from '../../domain/kubernetes/sources.ts';
import { RelctlError } from '../../errors.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import { ownOf } from '../../text/by-name.ts';
import type { Context } from '../release/context.ts';

/** What rendering needs of the surroundings. */
export type RenderingContext = Pick<Context, 'config' | 'manifests'>;

/** What of an environment is asked. */
export interface EnvironmentQuestion {
  readonly environment: EnvironmentName;
  /** Images to set, by service; those of the others stay as they are rendered. */
  readonly images?: Readonly<Record<string, string>>;
  /** Services that matter; all when left out. */
  readonly services?: readonly string[];
  /** `plain` leaves ConfigMaps and Secrets the names that people gave them. */
  readonly names?: 'content' | 'plain';
}

/**
 * What an environment is made of at a commit. A source that cannot be rendered is a trouble of its services, with the error as its
 * cause, and of nobody else.
 * @param commit full id
 */
export async function renderEnvironment(
  context: RenderingContext,
  commit: string,
  { environment, images = {}, services, names = 'content' }: EnvironmentQuestion,
): Promise<EnvironmentObjects> {
  const { config } = context;
  const wanted = services ?? Object.keys(config.services);
  const rendered = await Promise.all(
    sourcesOf(config, environment, wanted).map((planned) =>
      renderSource(context, commit, environment, planned, images),
    ),
  );
  const whole = environmentObjects(
    rendered.filter((one) => one.failure === undefined),
    names,
  );
  const failed = rendered.flatMap(({ services: theirs, failure }) =>
    failure === undefined ? [] : theirs.map(({ name }) => [name, troubleOf(failure)] as const),
  );
  const unnamed = wanted
    .filter((name) => !whole.services.has(name) && failed.every(([one]) => one !== name))
    .map((name) => [name, unnamedTrouble(config, name)] as const);
  return { ...whole, services: new Map([...whole.services, ...failed, ...unnamed]) };
}

async function renderSource(
  { config, manifests }: RenderingContext,
  commit: string,
  environment: EnvironmentName,
  { source, services, shared }: PlannedSource,
  images: Readonly<Record<string, string>>,
): Promise<RenderedSource & { readonly failure?: RelctlError }> {
  const asked = {
    services: services.map((one) => ({ ...one, image: ownOf(images, one.name) })),
    shared,
    hooks: source.hooks,
  };
  const { namespace } = config.environments[environment];
  try {
    return { ...asked, rendered: await manifests.render(commit, { environment, namespace, source }) };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return { ...asked, rendered: [], failure: error };
  }
}

function troubleOf(failure: RelctlError): ServiceAnswer {
  const fix = failure.hints[0] ?? 'relctl doctor';
  return { ok: false, problem: failure.message, fix, objects: [], cause: failure };
}

function unnamedTrouble(config: Context['config'], name: string): ServiceAnswer {
  const known = Object.hasOwn(config.services, name);
  return {
    ok: false,
    problem: known ? `relctl.yaml names no manifests for ${name}` : `relctl.yaml does not define ${name}`,
    fix: known
      ? `services.${name}.manifests: { staging: <path>, production: <path> } in relctl.yaml`
      : `add ${name} to relctl.yaml`,
    objects: [],
    ...(known ? {} : { cause: unknownService(name) }),
  };
}

function unknownService(name: string): RelctlError {
  return new RelctlError('config.unknown-service', `the plan ships ${name}, which relctl.yaml does not define`, {
    why: 'relctl does not know which manifests belong to it.',
    hints: [`add ${name} to relctl.yaml`],
  });
}

/**
 * The objects of a service, from an environment.
 * @throws RelctlError the trouble of the service: `config.invalid`, `config.unknown-service`, or why nothing could be rendered
 */
export function serviceIn(
  { services }: EnvironmentObjects,
  environment: EnvironmentName,
  name: string,
): Extract<ServiceAnswer, { ok: true }> {
  const answer = services.get(name);
  if (answer?.ok) return answer;
  if (answer?.cause instanceof RelctlError) throw answer.cause;
  throw new RelctlError('config.invalid', `${environment}: ${answer?.problem ?? `${name} is not rendered`}`, {
    place: { file: 'relctl.yaml' },
    why: 'What is staged, canaried and rolled out as a service must be one workload, and no other.',
    hints: [answer?.fix ?? `correct services.${name}.manifests.${environment} in relctl.yaml`],
  });
}
