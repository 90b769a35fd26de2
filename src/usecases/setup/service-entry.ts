import { isYaml } from '../../evidence/impact/manifests/objects.ts';
import type { DiscoveredService } from '../../evidence/service-discovery/discover.ts';
import type { Traffic } from '../../evidence/service-discovery/traffic.ts';
import type { Config } from '../../plan/config.ts';
import type { ManifestSourceEntry } from '../../plan/manifest-source.ts';

/** A service as relctl.yaml writes it, with the comment above it. */
export interface Completed {
  readonly name: string;
  readonly entry: Pick<Config['services'][string], 'paths'> & {
    readonly manifests?: { readonly staging: ManifestSourceEntry; readonly production: ManifestSourceEntry };
    readonly container?: string;
    readonly traffic?: Traffic;
  };
  readonly note: string;
}

/** The line that a service without manifests lacks. */
const MANIFESTS_LINE = 'manifests: { staging: [deploy/staging], production: [deploy/production] }';

/** A service with everything that relctl.yaml asks for; empty when something is missing. */
export function completed(service: DiscoveredService & { readonly sourceless?: boolean }): readonly Completed[] {
  const { name, container, rendered, traffic, jobs = {} } = service;
  const { production } = service.manifests;
  const staging = service.manifests.staging.length > 0 ? service.manifests.staging : production;
  if (service.obstacle !== undefined || service.paths.length === 0) return [];
  const isUndeployed = rendered === undefined && production.length === 0;
  const borrowed = rendered === undefined && !isUndeployed && service.manifests.staging.length === 0;
  return [
    {
      name,
      entry: {
        paths: [...service.paths],
        ...(container === undefined ? {} : { container }),
        ...(traffic === undefined ? {} : { traffic }),
        ...(rendered === undefined && production.length === 0
          ? {}
          : {
              manifests:
                rendered === undefined
                  ? { staging: plainSource(staging, jobs), production: plainSource(production, jobs) }
                  : { staging: rendered.staging, production: rendered.production },
            }),
      },
      note: [
        ...(service.sourceless === true ? [SOURCELESS] : []),
        `found by ${foundBy(service)}`,
        ...(borrowed ? ['no manifest for staging was found, so those of production are used: check it'] : []),
        ...(rendered === undefined ? [] : [rendered.because]),
        ...(rendered === undefined && Object.keys(jobs).length > 0 ? [JOBS] : []),
        ...(isUndeployed ? [`no manifest was found; before it can be staged: ${MANIFESTS_LINE}`] : []),
      ].join('\n'),
    },
  ];
}

const JOBS =
  'hooks: what most likely stands in for each Job that runs its image, which no cluster takes again with another one; check it, and write migrations and smoke tests in the plan';

/** Plain files as relctl.yaml writes them, with what stands in for their Jobs. */
function plainSource(files: readonly string[], jobs: NonNullable<DiscoveredService['jobs']>): ManifestSourceEntry {
  return Object.keys(jobs).length === 0 ? [...files] : { files: [...files], hooks: { ...jobs } };
}

/** Files that are named as what a service was found by. */
const NAMED = 3;

/** What a service was found by: the manifests that count and what builds it first, since the rest are further ways to run it. */
function foundBy({ because, manifests }: Pick<DiscoveredService, 'because' | 'manifests'>): string {
  const counts = new Set([...manifests.production, ...manifests.staging]);
  const rank = (file: string) => (counts.has(file) ? 0 : isYaml(file) ? 2 : 1);
  const sorted = [...because].sort((a, b) => rank(a) - rank(b));
  const more = sorted.length - NAMED;
  return `${sorted.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const SOURCELESS =
  'no folder was found that its image is built from, so its manifests make it; remove what others release';

/** The same service, made of the files that its workload stands in. */
export function ofManifests(service: DiscoveredService) {
  return service.paths.length > 0 ? service : { ...service, paths: service.because, sourceless: true };
}

/** Why a service that was found cannot stand in relctl.yaml yet. */
export function whyLeftOut(service: DiscoveredService): string {
  return service.obstacle ?? 'no folder was found that its image is built from';
}
