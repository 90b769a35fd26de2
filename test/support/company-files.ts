import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { PEOPLE } from './sample-plan.ts';

/** What varies between the test companies. */
export interface CompanyShape {
  /** Replicas in production, by service. */
  readonly replicas: Readonly<Record<string, number>>;
  /** Regions of production; none is one plain production. */
  readonly regions: readonly string[];
  /** UID that relctl.yaml expects of production's cluster. */
  readonly clusterUid?: string;
  /** Changes to the text of the process policy. */
  readonly policy: (text: string) => string;
  /** Changes to relctl.yaml before it is written. */
  readonly config: (config: Record<string, unknown>) => void;
  /** Changes to the manifests of a service before they are written. */
  readonly objects: (objects: Manifest[], of: ManifestPlace) => readonly Manifest[];
}

/** A Kubernetes object as the test product writes it. */
export type Manifest = Record<string, unknown> & { readonly kind: string };

/** Which manifest it is. */
export interface ManifestPlace {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
}

/** Two services with enough pods for a canary that the standard policy allows. */
export const STANDARD_SHAPE: CompanyShape = {
  replicas: { web: 8, api: 8 },
  regions: [],
  policy: (text) => text,
  config: () => undefined,
  objects: (objects) => objects,
};

const POLICY = readFileSync(
  fileURLToPath(new URL('../../templates/process/standard-3.0.yaml', import.meta.url)),
  'utf8',
);

/** The files of a company's repository at a version of its product. */
export function companyFiles(shape: CompanyShape, version: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'relctl.yaml': stringify(configOf(shape)),
    'relctl/process/standard-3.0.yaml': shape.policy(POLICY),
    '.gitignore': 'node_modules/\n',
  };
  for (const [service, replicas] of Object.entries(shape.replicas)) {
    files[`services/${service}/main.js`] = `// version ${version}\n`;
    files[`deploy/staging/${service}.yaml`] = manifest(shape, 1, { service, version, environment: 'staging' });
    files[`deploy/production/${service}.yaml`] = manifest(shape, replicas, {
      service,
      version,
      environment: 'production',
    });
  }
  return files;
}

function configOf(shape: CompanyShape): Record<string, unknown> {
  const names = Object.keys(shape.replicas);
  const target = (name: string) => ({ context: `sandbox-${name}`, namespace: 'shop' });
  const config: Record<string, unknown> = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'sandbox',
    environments: {
      staging: { ...target('staging'), host: 'staging.example.com' },
      production: {
        ...target('production'),
        ...(shape.clusterUid === undefined ? {} : { clusterUid: shape.clusterUid }),
        regions: shape.regions.map((name, index) => ({
          name,
          ...target(name),
          critical: index > 0,
          matcher: `region="${name}"`,
        })),
      },
    },
    services: Object.fromEntries(
      names.map((name) => [
        name,
        {
          paths: [`services/${name}/**`],
          ...(name === 'web' && names.includes('api') ? { dependsOn: ['api'] } : {}),
          manifests: { staging: [`deploy/staging/${name}.yaml`], production: [`deploy/production/${name}.yaml`] },
        },
      ]),
    ),
    team: { productManager: PEOPLE.productManager, rdLead: PEOPLE.rdLead },
  };
  shape.config(config);
  return config;
}

/** Variable of the sample plan that comes from a Secret. */
const WALLET_KEY = {
  name: 'WALLET_KEY',
  valueFrom: { secretKeyRef: { name: 'api-wallet', key: 'WALLET_KEY' } },
};

function manifest(shape: CompanyShape, replicas: number, place: ManifestPlace): string {
  const { service, version, environment } = place;
  const labels = { 'app.kubernetes.io/name': service, track: 'stable' };
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${service}-settings` },
      data: {
        VERSION: version,
        ENVIRONMENT: environment,
        ...(service === 'api' ? { WALLET_URL: 'wallet.example' } : {}),
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service },
      spec: { selector: { 'app.kubernetes.io/name': service }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: service, labels: { 'app.kubernetes.io/name': service } },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: service,
                image: `registry.example.com/shop/${service}:${version}`,
                envFrom: [{ configMapRef: { name: `${service}-settings` } }],
                ...(service === 'api' ? { env: [WALLET_KEY] } : {}),
              },
            ],
          },
        },
      },
    },
  ];
  return shape
    .objects(objects, place)
    .map((object) => stringify(object))
    .join('---\n');
}
