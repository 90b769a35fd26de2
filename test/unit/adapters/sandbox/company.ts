import { openSandbox, type Sandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import { type Config, configSchema } from '../../../../src/plan/config.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

/** When the worlds of these tests begin. */
export const START = Date.UTC(2026, 10, 26, 9);

/** A configuration with two services, and one region beside the main cluster. */
export function companyConfig(): Config {
  const service = (name: string) => ({
    paths: [`services/${name}/**`],
    manifests: { staging: [`deploy/staging/${name}.yaml`], production: [`deploy/production/${name}.yaml`] },
  });
  return configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'sandbox',
    environments: {
      staging: { context: 'sandbox-staging', namespace: 'shop' },
      production: {
        context: 'sandbox-production',
        namespace: 'shop',
        regions: [
          { name: 'eu-2', context: 'sandbox-eu-2', namespace: 'shop', critical: false, matcher: 'region="eu-2"' },
        ],
      },
    },
    services: { web: service('web'), api: service('api') },
  });
}

/** A Deployment as the company's manifests write it. */
export function deployment(
  name: string,
  options: {
    readonly service?: string;
    readonly track?: string;
    readonly replicas?: number;
    readonly image?: string;
    readonly spec?: Record<string, unknown>;
  } = {},
): KubeObject {
  const labels = { 'app.kubernetes.io/name': options.service ?? name, track: options.track ?? 'stable' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: options.replicas ?? 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: options.image ?? 'registry.example/shop:1.0.0' }] },
      },
      ...options.spec,
    },
  };
}

/** A company in memory in which web and api run in both environments. */
export function openCompany(
  options: { readonly file?: string; readonly seed?: number; readonly replicas?: number } = {},
): Sandbox {
  const sandbox = openSandbox({
    file: options.file,
    config: companyConfig(),
    start: START,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  for (const environment of ['staging', 'production'] as const) {
    sandbox.seedCluster(
      environment,
      ['web', 'api'].map((name) => deployment(name, { replicas: options.replicas ?? 3 })),
    );
  }
  return sandbox;
}
