import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { SNAPSHOT_LABEL } from '../../src/domain/deployment/kept-snapshot.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import { applyAll } from '../cluster/apply.ts';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { waitFor } from '../cluster/wait.ts';
import { type Company, type Result, startCompany } from './support/company.ts';
import { deployAnyway, makeReady } from './support/walk.ts';

/**
 * One product, deployed from an overlay, from a chart and from plain files, to real controllers: a Deployment whose selector knows
 * nothing of relctl, with an autoscaler and a disruption budget; a StatefulSet; a DaemonSet and a worker that belong to no service.
 */

const REPLICAS = 9;
const NAME = 'app.kubernetes.io/name';
/** `scripts/setup-helm.sh` puts it there. */
const HELM = process.env.RELCTL_HELM ?? join(homedir(), '.cache/relctl-e2e/helm-4.2.4');
const HAS_HELM = existsSync(join(HELM, 'helm'));

/** No controller takes the taint from the stand-in's node. */
const ANYWHERE = { tolerations: [{ operator: 'Exists' }] };

function workload(
  kind: string,
  name: string,
  image: string,
  spec: Record<string, unknown> = {},
  pod: Record<string, unknown> = {},
): KubeObject {
  const labels = { [NAME]: name };
  const readinessProbe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 };
  const container = { name, image, ports: [{ containerPort: 8080 }], readinessProbe };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...spec,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...pod, containers: [container] } },
    },
  };
}

/** The product at a version. */
function product(tag: string, replicas = REPLICAS): readonly KubeObject[] {
  const web = workload('Deployment', 'web', `registry.example/web:${tag}`, { replicas });
  const budget = { minAvailable: 1, selector: { matchLabels: { [NAME]: 'web' } } };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { [NAME]: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    web,
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web' }, spec: budget },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        minReplicas: replicas,
        maxReplicas: 20,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      },
    },
    workload('StatefulSet', 'ledger', `registry.example/ledger:${tag}`, { replicas: 2, serviceName: 'ledger' }),
    workload('DaemonSet', 'agent', `registry.example/agent:${tag}`, {}, ANYWHERE),
    workload('Deployment', 'jobs', `registry.example/jobs:${tag}`, { replicas: 1 }),
  ];
}

const text = (objects: readonly KubeObject[]) => objects.map((one) => stringify(one)).join('---\n');

/** The same product as each source has it, and what relctl.yaml says. */
const SOURCES: readonly {
  readonly name: string;
  readonly files: (tag: string) => Readonly<Record<string, string>>;
  readonly entry: (environment: string, replicas: number) => unknown;
}[] = [
  {
    name: 'an overlay',
    files: (tag) => ({
      'deploy/base/product.yaml': text(product(tag)),
      'deploy/base/kustomization.yaml': 'resources: [product.yaml]\n',
      'deploy/overlays/production/kustomization.yaml': 'resources: [../../base]\n',
      'deploy/overlays/staging/kustomization.yaml': stringify({
        resources: ['../../base'],
        replicas: [{ name: 'web', count: 1 }],
      }),
    }),
    entry: (environment) => ({ kustomize: `deploy/overlays/${environment}` }),
  },
  {
    name: 'a chart',
    files: (tag) => ({
      'deploy/chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\n',
      'deploy/chart/values.yaml': `tag: ${tag}\nreplicas: ${REPLICAS}\n`,
      'deploy/chart/values-staging.yaml': 'replicas: 1\n',
      'deploy/chart/templates/product.yaml': text(product('TAG'))
        .replaceAll('TAG', '{{ .Values.tag }}')
        .replace(`replicas: ${REPLICAS}`, 'replicas: {{ .Values.replicas }}'),
    }),
    entry: (environment) => ({
      helm: 'deploy/chart',
      release: 'shop',
      kubeVersion: '1.36',
      ...(environment === 'staging' ? { values: ['deploy/chart/values-staging.yaml'] } : {}),
    }),
  },
  {
    name: 'plain files',
    files: (tag) => ({
      'deploy/plain/production.yaml': text(product(tag)),
      'deploy/plain/staging.yaml': text(product(tag, 1)),
    }),
    entry: (environment) => `deploy/plain/${environment}.yaml`,
  },
];

let company: Company;
let traffic: Traffic;
/** Requests to what no Service of the product leads to. */
const work: Traffic[] = [];
const ENV = { PATH: `${HELM}:${process.env.PATH}` };

beforeAll(async () => {
  Object.assign(process.env, ENV);
  company = await startCompany();
  for (const namespace of ['shop', 'shop-staging']) {
    const { kubeconfig } = company.plane;
    const args = ['--kubeconfig', kubeconfig, '--context', 'e2e', '-n', namespace];
    execFileSync('kubectl', [...args, 'delete', 'deployment,service,configmap', '--all', '--wait'], { stdio: 'pipe' });
    applyAll(company.plane, namespace, product('1.0.0', namespace === 'shop' ? REPLICAS : 1));
  }
  await waitFor(() => company.kubelet.endpoints('shop', { [NAME]: 'web' }).length === REPLICAS, {
    what: 'pods of web',
  });
  traffic = startTraffic({ backends: () => company.router.service('shop', 'web'), rate: 300 });
});
afterAll(async () => {
  for (const one of [traffic, ...work]) await one?.stop();
  await company?.stop();
});

function trafficOf(name: string): Traffic {
  const endpoints = () => company.kubelet.endpoints('shop', { [NAME]: name });
  return startTraffic({ backends: () => [{ name, weight: 1, endpoints }], rate: 150 });
}

/** Points relctl.yaml at a source of the whole product, and tells which workloads are services. */
function use(entry: (typeof SOURCES)[number]['entry']): void {
  const config = JSON.parse(readFileSync(join(company.product.root, 'relctl.yaml'), 'utf8')) as Record<string, unknown>;
  config.manifests = { staging: entry('staging', 1), production: entry('production', REPLICAS) };
  config.services = { web: { paths: ['web/**'] }, ledger: { paths: ['ledger/**'] } };
  company.product.write('relctl.yaml', JSON.stringify(config, null, 2));
}

/** One ledger of two would be half of production. */
const LEFT_OUT = { strategy: 'none', reason: 'two ledgers: one of them would be half of production' };

async function release(
  id: string,
  tag: string,
  files: Readonly<Record<string, string>>,
  canaries: Readonly<Record<string, object | undefined>> = { web: undefined, ledger: LEFT_OUT },
  tags: Readonly<Record<string, string>> = {},
): Promise<void> {
  const names = Object.keys(canaries);
  // Nobody sends the ledgers anything yet: they are watched by what the web answers with their help.
  const slo = (service: string, seenAt: string) => ({
    name: `availability-${service}`,
    service,
    objective: '95%',
    good: `http_requests_total{service="${seenAt}",code!~"5.."}`,
    total: `http_requests_total{service="${seenAt}"}`,
  });
  await makeReady(company, {
    id,
    tag,
    files,
    more: {
      services: names.map((name) => ({
        name,
        image: `registry.example/${name}:${tags[name] ?? tag}`,
        change: 'greets',
        ...(canaries[name] === undefined ? {} : { canary: canaries[name] }),
      })),
      slos: names.map((name) => slo(name, canaries[name] === LEFT_OUT ? 'web' : name)),
    },
  });
}

/** What the namespace holds, but for the snapshot that a release keeps there and what an autoscaler says of itself. */
async function contents(): Promise<readonly KubeObject[]> {
  const all = await company.contents('shop');
  return all
    .filter(({ metadata }) => metadata.labels?.[SNAPSHOT_LABEL] === undefined)
    .map((object) =>
      object.kind === 'HorizontalPodAutoscaler' ? { ...object, metadata: { name: object.metadata.name } } : object,
    );
}

const ok = ({ code, stderr }: Result) =>
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });

async function rendered(id: string): Promise<readonly KubeObject[]> {
  const answer = await company.relctl(['manifests', id, '--environment', 'production', '--json']);
  ok(answer);
  const { environments } = (JSON.parse(answer.stdout) as { data: { environments: { text: string }[] } }).data;
  return parseAllDocuments(environments[0]?.text ?? '').map((document) => document.toJS() as KubeObject);
}

/** Fields that are wanted and that the live object does not have, as paths. */
function missing(wanted: unknown, live: unknown, path = ''): readonly string[] {
  if (typeof wanted !== 'object' || wanted === null) {
    // What was staged is pinned: the digest is the only thing that is added to an image.
    return String(live).replace(/@sha256:.*/, '') === String(wanted) ? [] : [path];
  }
  return Object.entries(wanted).flatMap(([key, value]) =>
    missing(value, (live as Record<string, unknown> | undefined)?.[key], `${path}.${key}`),
  );
}

describe.each(SOURCES.filter(({ name }) => name !== 'a chart' || HAS_HELM))('from $name', ({ name, files, entry }) => {
  const id = name.replace(/^an? /, '').replace(' ', '-');

  it('a bad canary goes back to an empty difference', async () => {
    use(entry);
    const before = await contents();
    await release(`${id}-bad`, '2.0.0-bad-errors-60', files('2.0.0-bad-errors-60'));
    const { code, stdout } = await deployAnyway(company, `${id}-bad`);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('rolled back') });
    expect(await contents()).toEqual(before);
  });

  it('what is live is what was rendered', async () => {
    use(entry);
    const tag = `3.${SOURCES.findIndex((one) => one.name === name)}.0`;
    await release(id, tag, files(tag));
    ok(await deployAnyway(company, id, '--canary'));
    await standsApart();
    ok(await deployAnyway(company, id, '--promote'));
    const wanted = await rendered(id);
    expect(wanted.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual(
      product(tag)
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
        .sort(),
    );
    const cluster = company.cluster('shop');
    for (const object of wanted) {
      const { apiVersion, kind, metadata } = object;
      const live = await cluster.get({ apiVersion, kind, name: metadata.name });
      expect([kind, metadata.name, missing(object, live)]).toEqual([kind, metadata.name, []]);
    }
  });
});

/** Each service meets production first in its own way; the files are plain ones. */
describe('with canaries of their own', () => {
  const LEDGERS = 10;
  const canaries = {
    web: undefined,
    ledger: { strategy: 'partition' },
    jobs: { strategy: 'worker' },
    agent: { strategy: 'none', reason: 'one node: no other pod to compare with' },
  };

  /** The product with ten ledgers in production, each service at its version; `env` goes to the ledgers of production. */
  function files(
    tags: Readonly<Record<string, string>>,
    env: readonly object[] = [],
  ): Readonly<Record<string, string>> {
    const at = (replicas: number, production: boolean) =>
      product('1.0.0', replicas).map((object) => {
        const { name } = object.metadata;
        const written = JSON.stringify(object).replace(`/${name}:1.0.0`, `/${name}:${tags[name] ?? '1.0.0'}`);
        const own = JSON.parse(written) as KubeObject & { spec: { template: { spec: { containers: [object] } } } };
        if (name !== 'ledger' || object.kind !== 'StatefulSet') return own;
        const [container] = own.spec.template.spec.containers;
        const template = { ...own.spec.template, spec: { containers: [{ ...container, env: production ? env : [] }] } };
        return { ...own, spec: { ...own.spec, replicas: production ? LEDGERS : 1, template } };
      });
    return {
      'deploy/plain/production.yaml': text(at(REPLICAS, true)),
      'deploy/plain/staging.yaml': text(at(1, false)),
    };
  }

  beforeAll(async () => {
    const { product: repository } = company;
    use((environment) => `deploy/plain/${environment}.yaml`);
    const config = JSON.parse(readFileSync(join(repository.root, 'relctl.yaml'), 'utf8')) as Record<string, unknown>;
    const paths = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, { paths: [`${one}/**`] }]));
    repository.write('relctl.yaml', JSON.stringify({ ...config, services: paths(Object.keys(canaries)) }, null, 2));
    const ground = parseAllDocuments(files({})['deploy/plain/production.yaml'] ?? '').map(
      (document) => document.toJS() as KubeObject,
    );
    applyAll(company.plane, 'shop', ground);
    const pods = (name: string) => company.kubelet.endpoints('shop', { [NAME]: name });
    await waitFor(() => pods('ledger').length === LEDGERS, { what: 'pods of ledger' });
    // From here on only: what is read of the past is of these pods and of no release before.
    work.push(...['ledger', 'jobs', 'agent'].map(trafficOf));
  });

  const same = (tag: string) => Object.fromEntries(Object.keys(canaries).map((name) => [name, tag]));

  it('the highest ledger, one worker more and the pods behind a Service are judged and rolled out', async () => {
    await release('own-good', '4.0.0', files(same('4.0.0')), canaries);
    ok(await deployAnyway(company, 'own-good', '--canary'));
    const cluster = company.cluster('shop');
    const ledger = await cluster.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ledger' });
    expect(ledger?.spec).toMatchObject({ updateStrategy: { rollingUpdate: { partition: LEDGERS - 1 } } });
    // Ready is what a probe says at this moment; how many are new is what the controller did.
    expect(ledger?.status).toMatchObject({ replicas: LEDGERS, updatedReplicas: 1 });
    ok(await deployAnyway(company, 'own-good', '--promote'));
    const after = await cluster.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ledger' });
    expect(after?.spec).toMatchObject({ updateStrategy: { rollingUpdate: { partition: 0 } } });
    expect(after?.status).toMatchObject({ replicas: LEDGERS, updatedReplicas: LEDGERS });
    const details = company.history('own-good').events.map(({ data }) => `${data.step}: ${data.detail}`);
    // As one text, which a failure shows whole.
    expect(details.filter((one) => one.startsWith('canary:ledger@')).join('\n')).toContain(
      'canary:ledger@production: 1 of 10 pods of StatefulSet/ledger is the candidate, 10% of the requests',
    );
    expect(details.findIndex((one) => one.startsWith('rollout:agent@'))).toBeGreaterThan(
      details.findIndex((one) => one.startsWith('rollout:web@')),
    );
  });

  it('a ledger that cannot start in production goes back, though its controller waits for it', async () => {
    const before = await contents();
    const crash = [{ name: 'CRASH', value: 'FATAL: no ledger here' }];
    await release('own-stuck', '4.2.0', files(same('4.2.0'), crash), canaries);
    const { code, stdout, stderr } = await deployAnyway(company, 'own-stuck');
    expect({ code, stdout }, stderr).toMatchObject({ code: 1, stdout: expect.stringContaining('rolled back') });
    expect(await contents()).toEqual(before);
    const ledger = await company.cluster('shop').get({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ledger' });
    expect(ledger?.status).toMatchObject({ replicas: LEDGERS, updatedReplicas: LEDGERS });
  });

  // Last, because each leaves errors of a ledger in the past that the next release is compared with.
  it.each(['jobs', 'ledger'])('a bad canary of %s alone goes back to an empty difference', async (name) => {
    const before = await contents();
    const tags = { ...same('4.1.0'), [name]: '4.1.0-bad-errors-60' };
    await release(`own-bad-${name}`, '4.1.0', files(tags), canaries, tags);
    const { code, stdout } = await deployAnyway(company, `own-bad-${name}`);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('rolled back') });
    expect(await contents()).toEqual(before);
  });
});

/** Both Deployments keep their own pods although the stable selector matches all, with autoscaler and budget beside them. */
async function standsApart(): Promise<void> {
  const cluster = company.cluster('shop');
  const get = (kind: string, name: string, apiVersion = 'apps/v1') => cluster.get({ apiVersion, kind, name });
  for (let looks = 0; looks < 5; looks += 1) {
    const [stable, canary] = [await get('Deployment', 'web'), await get('Deployment', 'web-canary')];
    expect(stable?.status).toMatchObject({ replicas: REPLICAS, availableReplicas: REPLICAS });
    expect(canary?.status).toMatchObject({ replicas: 1, availableReplicas: 1 });
    const sets = await cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' });
    const owners = sets.map(({ metadata }) => [
      metadata.name.replace(/-[^-]+$/, ''),
      metadata.ownerReferences?.[0]?.name,
    ]);
    for (const [set, owner] of owners) expect(owner).toBe(set);
    const budget = (await get('PodDisruptionBudget', 'web', 'policy/v1'))?.status as Record<string, unknown>;
    expect(budget).toMatchObject({ expectedPods: REPLICAS + 1, currentHealthy: REPLICAS + 1 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
