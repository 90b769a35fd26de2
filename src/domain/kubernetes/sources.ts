import type { Config, EnvironmentName } from '../../plan/config.ts';
import { canonicalJson } from '../../plan/digest.ts';
import { type SourceSettings, sourceSettings } from '../../plan/source-settings.ts';
import type { ServiceQuestion } from './environment-objects.ts';

/** A source of an environment and the services that are rendered from it. */
export interface PlannedSource {
  readonly source: SourceSettings;
  readonly services: readonly ServiceQuestion[];
  readonly shared: boolean;
}

type Services = Pick<Config, 'services' | 'manifests'>;

/** The entry of a service in an environment: its own, or the product's; `undefined` when relctl.yaml names none. */
function sourceOf(config: Services, environment: EnvironmentName, service: string): SourceSettings | undefined {
  const entry = config.services[service]?.manifests?.[environment] ?? config.manifests?.[environment];
  return entry === undefined ? undefined : sourceSettings(entry);
}

/**
 * The sources that an environment is rendered from, each once. Plain files that overlap are one source, so that a file which two
 * services name is read once and each object of it goes to one of them.
 * @param wanted services that matter; a source that none of them is rendered from is left out
 */
export function sourcesOf(
  config: Services,
  environment: EnvironmentName,
  wanted: readonly string[] = Object.keys(config.services),
): readonly PlannedSource[] {
  const found: PlannedSource[] = [];
  for (const [name, service] of Object.entries(config.services)) {
    const source = sourceOf(config, environment, name);
    if (source === undefined) continue;
    const { workload, container, traffic } = service;
    const routes = [
      ...(traffic?.httpRoute === undefined ? [] : [`HTTPRoute/${traffic.httpRoute}`]),
      ...(traffic?.grpcRoute === undefined ? [] : [`GRPCRoute/${traffic.grpcRoute}`]),
      ...(traffic?.grpcRoute === undefined ? [] : [`GRPCRoute/${traffic.grpcRoute}`]),
      ...(traffic?.ingress === undefined ? [] : [`Ingress/${traffic.ingress}`]),
    ];
    const question: ServiceQuestion = { name, workload, container, routes, paths: source.paths };
    const same = found.filter((one) => isSame(one.source, source));
    const shared = service.manifests === undefined || same.some((one) => one.shared);
    for (const one of same) found.splice(found.indexOf(one), 1);
    found.push({
      source: same.map((one) => one.source).reduce(merged, source),
      services: [...same.flatMap((one) => one.services), question],
      shared,
    });
  }
  return found.filter(({ services }) => services.some(({ name }) => wanted.includes(name)));
}

function isSame(a: SourceSettings, b: SourceSettings): boolean {
  if (a.kind === 'files' && b.kind === 'files') {
    return a.paths.some((one) => b.paths.some((other) => isWithin(one, other) || isWithin(other, one)));
  }
  return canonicalJson([a.kind, a.settings]) === canonicalJson([b.kind, b.settings]);
}

function merged(a: SourceSettings, b: SourceSettings): SourceSettings {
  const hooks = { ...a.hooks, ...b.hooks };
  if (a.kind !== 'files') return { ...a, hooks };
  const paths = [...new Set([...a.paths, ...b.paths])].sort();
  return { kind: 'files', settings: { files: paths }, hooks, paths };
}

function isWithin(path: string, folder: string): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`);
}
