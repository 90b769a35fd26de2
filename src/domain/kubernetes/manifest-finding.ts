import type { EnvironmentName } from '../../plan/config.ts';
import type { HookChoice } from '../../plan/source-settings.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { EnvironmentObjects } from './environment-objects.ts';

/** Something wrong with what an environment renders. An error refuses `stage` and `deploy`, and `--check` says so before. */
export interface ManifestFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** The service that it concerns; the whole product when left out. */
  readonly service?: string;
  readonly problem: string;
  readonly fix: string;
  /** The error behind it, where something could not be rendered at all. */
  readonly cause?: unknown;
}

/** What an environment is checked against. */
export interface ManifestFacts {
  readonly environment: EnvironmentName;
  /** The namespace that is written to. */
  readonly namespace: string;
  /** Services of the release with the image that is shipped. */
  readonly shipped: readonly { readonly name: string; readonly image: string }[];
  /** As it is rendered. */
  readonly whole: EnvironmentObjects;
  /** The same as it would be written, with the images that are shipped. */
  readonly written: EnvironmentObjects;
  readonly standing: StandingObjects;
  /** Whether the plan runs migrations. */
  readonly migrates: boolean;
  /** How each service meets production first. */
  readonly canaryOf: (service: string) => PlannedCanary;
}

/** What an environment has before the release: what git says, and what the cluster says of the rest. */
export interface StandingObjects {
  /** The ref that says it, for people. */
  readonly base: string;
  readonly objects: readonly KubeObject[];
  /**
   * Changes that the API server refuses of what the environment has and the base does not render: its own words, by the identity of the object. An
   * earlier staging left it there, or another release.
   */
  readonly refused: ReadonlyMap<string, string>;
  /** What begins a command of kubectl on the environment. */
  readonly kubectl: string;
  /**
   * The line of relctl.yaml by which objects are set aside that run once.
   * @param service whose source it is; the product's when left out
   */
  readonly lineFor: (service: string | undefined, hooks: Readonly<Record<string, HookChoice>>) => string;
}

/** The canary of a service, as far as the manifests have to allow it. */
export interface PlannedCanary {
  /** Where its canary is: as strategies say. */
  readonly by: 'region' | 'pods' | 'own-pods' | 'none';
  /** The only kind of workload that it can serve; a Deployment for pods beside others. */
  readonly kind?: string | undefined;
  /** True where its pods are to get work and no requests. */
  readonly isWork: boolean;
  /** Stable pods that there are to be while the canary is watched. */
  readonly stablePods?: number | undefined;
}

/** How a finding names an object. */
export function titleOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}
