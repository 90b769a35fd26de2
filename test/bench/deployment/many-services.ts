import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { stringify } from 'yaml';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { COUNTER, type ReplicaTraffic } from '../../cluster/exporter.ts';
import { READY_AFTER } from '../../cluster/kwok.ts';
import { PEOPLE } from '../../e2e/support/company.ts';
import { makeProduct } from '../../e2e/support/product.ts';
import { rpd } from '../../e2e/support/rpd.ts';

/** One release of many services to a new version, on one API server. Each has an SLO of its own. */
export interface ManyServices {
  readonly plane: ControlPlane;
  /** URL of the Prometheus that measures them. */
  readonly prometheus: string;
  readonly relctl: string;
  readonly services: readonly string[];
  readonly replicas: number;
  /** How long a pod takes until it is ready, such as `10s`, where pods only report status. */
  readonly readyAfter?: string;
  readonly staging: string;
  readonly production: string;
  /** Another kubeconfig than that of the control plane. */
  readonly kubeconfig?: string;
  /** Regions of production, as in relctl.yaml but for the cluster's id. */
  readonly regions?: readonly Readonly<Record<string, unknown>>[];
  /** What of the plan's canary differs. */
  readonly canary?: Readonly<Record<string, unknown>>;
}

/** Id of the release. */
export const MANY = 'next';

const POLICY = fileURLToPath(new URL('../../../templates/process/standard-3.0.yaml', import.meta.url));

/** As many names of services as are wanted. */
export function serviceNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `service-${String(n + 1).padStart(2, '0')}`);
}

/** What each service answers, as its replicas count it: two of the old version and one canary. */
export function trafficOf(services: readonly string[]): readonly ReplicaTraffic[] {
  return services.flatMap((service) =>
    ['stable', 'stable', 'canary'].map((track, n) => ({
      labels: { service, track, pod: String(n) },
      rate: 2000,
      bad: 0.001,
    })),
  );
}

/** A Deployment whose pods do nothing, so that what is measured is the driving and not the service. */
export function deploymentOf(
  service: string,
  version: string,
  { replicas, readyAfter }: Pick<ManyServices, 'replicas' | 'readyAfter'>,
): object {
  const annotations = readyAfter === undefined ? {} : { annotations: { [READY_AFTER]: readyAfter } };
  const labels = { app: service, track: 'stable' };
  const container = {
    name: 'main',
    image: `registry.example/${service}:${version}`,
    command: ['sleep', '1000000'],
    ports: [{ containerPort: 80 }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: service },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, ...annotations },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  };
}

/** Makes a repository whose release of all services has all sign-offs: what it is deployed to is part of what is approved. */
export async function makeReady(root: string, many: ManyServices): Promise<void> {
  const system = await many.plane.api.call('GET', '/api/v1/namespaces/kube-system');
  const uid = String(system.metadata.uid);
  mkdirSync(root);
  const product = makeProduct(root, files('1.0.0', uid, many));
  const commit = product.candidate(MANY, files('2.0.0', uid, many));
  product.write(`releases/${MANY}.yaml`, plan(commit, many));
  product.write('reports/r.xml', '<testsuite name="r" tests="1"><testcase classname="r" name="ok"/></testsuite>\n');
  const run = (args: readonly string[]) => execa(process.execPath, [many.relctl, ...args], { cwd: root });
  const go = ['--operational-readiness', '--security-review', '--impact-assessment'];
  await run(['submit-cab', MANY, '--as', PEOPLE.lead, '--exception', 'a bench']);
  await run(['signoff', 'cab', MANY, '--as', PEOPLE.cab, '--decision', 'go', ...go]);
  await run(['stage', MANY, '--as', PEOPLE.lead]);
  const qa = ['--junit', 'reports/*.xml', '--passed', 'T-1', '--decision', 'pass'];
  await run(['signoff', 'qa', MANY, '--as', PEOPLE.qa, ...qa]);
  await run(['signoff', 'ops', MANY, '--as', PEOPLE.ops, '--decision', 'pass']);
}

function files(version: string, uid: string, many: ManyServices): Record<string, string> {
  const { plane, services, regions } = many;
  const kubeconfig = many.kubeconfig ?? plane.kubeconfig;
  const target = (namespace: string) => ({
    context: plane.name,
    namespace,
    clusterUid: uid,
    kubeconfig,
    prometheus: many.prometheus,
  });
  const production = {
    ...target(many.production),
    ...(regions === undefined ? {} : { regions: regions.map((region) => ({ clusterUid: uid, ...region })) }),
  };
  const config = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target(many.staging), production },
    services: Object.fromEntries(
      services.map((service) => [
        service,
        {
          paths: [`${service}/**`],
          manifests: { staging: [`deploy/${service}.yaml`], production: [`deploy/${service}.yaml`] },
        },
      ]),
    ),
  };
  const policy = readFileSync(POLICY, 'utf8')
    .replace(/cab: 7.*/, 'cab: 0')
    .replace(/staging: 3.*/, 'staging: 0')
    .replace(/minimumMembers: .*/, 'minimumMembers: 1')
    .replace(/maxShare: .*/, 'maxShare: 50%')
    .replace(/minBake: .*/, 'minBake: 0s')
    .replace(/warmup: .*/, 'warmup: 0s')
    .replace(/minimumRequests: .*/, 'minimumRequests: 100');
  return {
    'relctl.yaml': JSON.stringify(config, null, 2),
    'relctl/process/standard-3.0.yaml': policy,
    ...Object.fromEntries(
      services.map((service) => [`deploy/${service}.yaml`, stringify(deploymentOf(service, version, many))]),
    ),
  };
}

function plan(commit: string, { services, canary }: ManyServices): string {
  const series = (service: string, more = '') => `${COUNTER}{service="${service}"${more}}`;
  return rpd({
    id: MANY,
    commit,
    tag: '2.0.0',
    canary: { share: '33%', bake: '1s', extension: '1s', look: '1s', detectableRatio: 50, ...canary },
    more: {
      services: services.map((name) => ({ name, image: `registry.example/${name}:2.0.0`, change: 'new version' })),
      slos: services.map((service) => ({
        name: `${service} availability`,
        service,
        objective: '95%',
        good: series(service, ',code!~"5.."'),
        total: series(service),
      })),
    },
  });
}
