import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import { canServe, strategyFor } from '../../../../src/domain/deployment/strategies/strategies.ts';
import { identityOf } from '../../../../src/domain/kubernetes/applied-objects.ts';
import { isWorkload } from '../../../../src/domain/kubernetes/find-workload.ts';
import type { ManifestFinding } from '../../../../src/domain/kubernetes/manifest-finding.ts';
import { withContentNames } from '../../../../src/domain/kubernetes/manifests.ts';
import { allContainers } from '../../../../src/domain/kubernetes/pods.ts';
import { sourcesOf } from '../../../../src/domain/kubernetes/sources.ts';
import { RelctlError } from '../../../../src/errors.ts';
import { type Config, configSchema } from '../../../../src/plan/config.ts';
import type { Spec } from '../../../../src/plan/spec.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';
import { findingsOfManifests, requireManifests } from '../../../../src/usecases/cluster/check-manifests.ts';
import { renderedDigest, shippedObjects } from '../../../../src/usecases/cluster/desired-objects.ts';
import { samplePlan } from '../../../support/sample-plan.ts';

/** Products as companies might have them, most of them with something wrong. */

const NAMES = ['web', 'api', 'shop-web', 'worker', 'settings'] as const;
const name = fc.constantFrom(...NAMES);
const image = fc.constantFrom('registry.example.com/shop/web:1', 'registry.example.com/shop/api:1', 'redis:7', 'envoy');
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const metadata = fc.record({
  name,
  namespace: rarely(fc.constantFrom('shop', 'elsewhere')),
  annotations: rarely(fc.constant({ 'helm.sh/hook': 'pre-upgrade' })),
});

const pods = fc.record({
  kind: fc.constantFrom('Deployment', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'Rollout'),
  metadata,
  label: name,
  containers: fc.uniqueArray(fc.record({ name: fc.constantFrom('main', 'web', 'proxy'), image }), {
    minLength: 1,
    maxLength: 2,
    selector: (one) => one.name,
  }),
  reads: rarely(name),
  onDelete: fc.boolean(),
});

const workload = pods.map(({ kind, metadata: about, label, containers, reads, onDelete }): KubeObject => {
  const labels = { app: label };
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1',
    kind,
    metadata: about,
    spec: {
      selector: { matchLabels: labels },
      ...(onDelete && kind === 'DaemonSet' ? { updateStrategy: { type: 'OnDelete' } } : {}),
      template: {
        metadata: { labels },
        spec: { containers, ...(reads === undefined ? {} : { volumes: [{ name: 'v', configMap: { name: reads } }] }) },
      },
    },
  } as KubeObject;
});

/** Objects with a field that no API server changes. */
const fixed = fc
  .record({ kind: fc.constantFrom('RoleBinding', 'PersistentVolumeClaim', 'Sealed'), metadata })
  .map(({ kind, metadata: about }): KubeObject => {
    const [apiVersion, fields] =
      kind === 'Sealed'
        ? ['v1', { kind: 'ConfigMap', immutable: true, data: { A: '1' } }]
        : kind === 'RoleBinding'
          ? ['rbac.authorization.k8s.io/v1', { kind, roleRef: { kind: 'Role', name: 'view' } }]
          : ['v1', { kind, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast' } }];
    return { apiVersion, metadata: about, ...(fields as object) } as unknown as KubeObject;
  });

/** The same object as the base has it: as it is, with another thing that can change, with one that cannot, or not at all. */
function earlier(object: KubeObject, how: 'same' | 'free' | 'fixed' | 'absent'): readonly KubeObject[] {
  if (how === 'absent') return [];
  if (how === 'same') return [object];
  const { metadata: about, kind } = object;
  if (how === 'free') return [{ ...object, metadata: { ...about, labels: { of: 'base' } } }];
  const spec = (object.spec ?? {}) as { selector: object; template?: { metadata: object; spec: object } };
  if (kind === 'RoleBinding') return [{ ...object, roleRef: { kind: 'Role', name: 'edit' } }];
  if (kind === 'PersistentVolumeClaim') return [{ ...object, spec: { ...spec, storageClassName: 'slow' } }];
  if (kind === 'ConfigMap') return [{ ...object, immutable: true, data: { A: 'base' } }];
  if (kind === 'StatefulSet') return [{ ...object, spec: { ...spec, serviceName: 'base' } }];
  if (kind === 'Job') {
    const template = { ...spec.template, spec: { ...spec.template?.spec, terminationGracePeriodSeconds: 7 } };
    return [{ ...object, spec: { ...spec, template } }];
  }
  if (spec.template === undefined) return [object];
  const labels = { app: about.name, tier: 'base' };
  const template = { ...spec.template, metadata: { labels } };
  return [{ ...object, spec: { ...spec, selector: { matchLabels: labels }, template } }];
}

const other = fc
  .record({ kind: fc.constantFrom('Service', 'ConfigMap', 'Secret', 'PodDisruptionBudget'), metadata, app: name })
  .map(({ kind, metadata: about, app }): KubeObject => {
    const spec = kind === 'Service' ? { selector: { app } } : { selector: { matchLabels: { app } } };
    const rest = kind === 'ConfigMap' || kind === 'Secret' ? { data: { A: app } } : { spec };
    return { apiVersion: 'v1', kind, metadata: about, ...rest } as KubeObject;
  });

/** A workload that means the service of its name. */
const plain = (of: string, kind: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: of },
  spec: {
    selector: { matchLabels: { app: of } },
    template: {
      metadata: { labels: { app: of } },
      spec: { containers: [{ name: 'main', image: `registry.example.com/shop/${of}:1` }] },
    },
  },
});

const objects = fc
  .tuple(
    fc.subarray(['web', 'api'], { minLength: 1 }),
    fc.array(fc.oneof(workload, other, fixed), { maxLength: 3 }),
    fc.constantFrom('Deployment', 'Deployment', 'StatefulSet', 'DaemonSet'),
  )
  .map(([right, more, kind]) => [...right.map((of) => plain(of, of === 'api' ? kind : 'Deployment')), ...more]);

/** What a plan says of the canary of a service. */
const canary: fc.Arbitrary<Spec['services'][number]['canary']> = fc.constantFrom(
  undefined,
  undefined,
  { strategy: 'partition', share: '20%' },
  { strategy: 'nodes' },
  { strategy: 'worker' },
  { strategy: 'none', reason: 'it is met at once' },
  { stablePods: 9 },
);

const setting = fc.record({
  own: fc.boolean(),
  workload: rarely(fc.tuple(fc.constantFrom('Deployment', 'StatefulSet'), name).map(([kind, of]) => `${kind}/${of}`)),
  container: rarely(fc.constantFrom('main', 'web')),
});

const product = fc.record({
  web: setting,
  api: setting,
  rendered: fc.record({
    shared: objects,
    web: objects,
    api: objects,
    broken: rarely(fc.constantFrom('web', 'shared')),
  }),
  base: fc.array(fc.constantFrom('same', 'same', 'same', 'same', 'same', 'free', 'free', 'fixed', 'absent', 'absent'), {
    minLength: 5,
    maxLength: 5,
  }),
  staged: fc.array(fc.constantFrom('absent', 'same', 'free', 'fixed'), {
    minLength: 5,
    maxLength: 5,
  }),
  canaries: fc.record({ web: canary, api: canary }),
  hooks: fc.constantFrom({}, { 'Job/worker': 'ignore', 'Deployment/web': 'migration' }),
});

type Product = typeof product extends fc.Arbitrary<infer T> ? T : never;

const BASE = 'b'.repeat(40);
/** What an earlier staging left of what the base does not have. */
const LEFT = 'e'.repeat(40);

/** relctl.yaml of a product, and a source that gives what was made up. */
function companyOf({ web, api, rendered, hooks, base, staged }: Product) {
  const entry = (of: string) => ({ source: of, hooks });
  const service = (of: string, { own, workload: named, container }: Product['web']) => ({
    paths: [`${of}/**`],
    ...(named === undefined ? {} : { workload: named }),
    ...(container === undefined ? {} : { container }),
    ...(own ? { manifests: { staging: entry(of), production: entry(of) } } : {}),
  });
  const target = { context: 'c', namespace: 'shop' };
  const config: Config = configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target, production: target },
    manifests: { staging: entry('shared'), production: entry('shared') },
    services: { web: service('web', web), api: service('api', api) },
  });
  const manifests = {
    async render(commit: string, { source }: { readonly source: { readonly kind: string } }) {
      const kind = source.kind as 'shared' | 'web' | 'api';
      if (rendered.broken === kind) throw new RelctlError('manifests.failed', `${kind} does not render`);
      return rendered[kind].flatMap((object, index) => {
        const inBase = base[index] ?? 'same';
        const there =
          commit === BASE
            ? earlier(object, inBase)
            : commit === LEFT
              ? earlier(object, inBase === 'absent' ? (staged[index] ?? 'absent') : 'absent')
              : [object];
        return there.map((one) => ({ object: one, from: `${kind}/${index}.yaml` }));
      });
    },
  };
  return { config, manifests, repository: { resolve: async (ref: string) => (ref.length === 40 ? ref : BASE) } };
}

type Made = ReturnType<typeof companyOf>;

/** Where the base runs already, as its manifests have it and as relctl would have deployed it; in staging with what an earlier staging left. */
async function worldOf({ config, manifests }: Made) {
  const sandbox = openSandbox({ file: undefined, config });
  const rendered = async (commit: string, environment: 'staging' | 'production') => {
    const asked = { environment, namespace: 'shop' };
    const sources = sourcesOf(config, environment, ['web', 'api']);
    const all = await Promise.all(
      sources.map(({ source }) => manifests.render(commit, { ...asked, source }).catch(() => [])),
    );
    return all.flat().map(({ object }) => object);
  };
  const there = new Set<string>();
  const seed = (environment: 'staging' | 'production', objects: readonly KubeObject[]) => {
    sandbox.seedCluster(environment, withContentNames(objects));
    sandbox.seedCluster(environment, objects);
    for (const object of objects) there.add(`${environment} ${identityOf(object)}`);
  };
  for (const environment of ['staging', 'production'] as const) seed(environment, await rendered(BASE, environment));
  const left = (await rendered(LEFT, 'staging')).filter((object) => !there.has(`staging ${identityOf(object)}`));
  seed('staging', left);
  return {
    environments: { simulated: true, cluster: sandbox.cluster },
    left: left.length,
    /** Applies what is there already; returns how much that is. */
    async applyOver(environment: 'staging' | 'production', objects: readonly KubeObject[]): Promise<number> {
      const cluster = sandbox.cluster(environment);
      let count = 0;
      for (const object of objects) {
        const live = there.has(`${environment} ${identityOf(object)}`)
          ? await cluster.get({ ...object, name: object.metadata.name })
          : undefined;
        if (live === undefined) continue;
        count += 1;
        await cluster.apply(object, { resourceVersion: live.metadata.resourceVersion ?? '' });
      }
      return count;
    },
  };
}

describe('what the check calls complete', () => {
  const sample = samplePlan();
  const services = sample.spec.services.map((one) => one.name);
  const planOf = ({ canaries }: Product) => ({
    id: sample.id,
    spec: {
      ...sample.spec,
      services: sample.spec.services.map((one) => ({ ...one, canary: canaries[one.name as 'web' | 'api'] })),
    },
  });

  it('is never refused by stage and deploy, and is exactly what they apply', async () => {
    let complete = 0;
    let changed = 0;
    let left = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(product, async (made) => {
        const company = companyOf(made);
        const plan = planOf(made);
        const errorsOf = (found: readonly ManifestFinding[]) => found.filter(({ severity }) => severity === 'error');
        if (errorsOf(await findingsOfManifests(company, plan)).length > 0) {
          await expect(requireManifests(company, plan)).rejects.toBeInstanceOf(RelctlError);
          return;
        }
        const world = await worldOf(company);
        left += world.left;
        const findings = await findingsOfManifests(company, plan, world);
        if (errorsOf(findings).length > 0) {
          refused += 1;
          await expect(requireManifests(company, plan, world)).rejects.toBeInstanceOf(RelctlError);
          return;
        }
        complete += 1;
        await requireManifests(company, plan, world);
        for (const environment of ['staging', 'production'] as const) {
          const shipped = await shippedObjects(company, plan.spec, environment);
          expect(shipped.services.map((one) => one.name)).toEqual(services);
          const all = [
            ...shipped.services.flatMap((one) => [one.deployment, ...one.others]),
            ...shipped.product.others,
          ];
          const titles = all.map((one) => `${one.apiVersion} ${one.kind} ${one.metadata.name}`);
          expect(new Set(titles).size).toBe(titles.length);
          expect(all.every((one) => one.metadata.annotations?.['helm.sh/hook'] === undefined)).toBe(true);
          expect(all.every((one) => (one.metadata.namespace ?? 'shop') === 'shop')).toBe(true);
          for (const { name: service, deployment, container } of shipped.services) {
            expect(isWorkload(deployment)).toBe(true);
            const wanted = plan.spec.services.find((one) => one.name === service)?.image;
            expect(allContainers(deployment).find((one) => one.name === container)?.image).toBe(wanted);
            // Its canary can be, or the plan or the check says that it has none.
            const strategy = strategyFor(plan.spec, service);
            const saysNone = findings.some((one) => one.code === 'canary.none' && one.service === service);
            expect(canServe(strategy, deployment) || strategy.canary === 'none' || saysNone).toBe(true);
          }
          changed += await world.applyOver(environment, all);
          expect(await renderedDigest(company, plan.spec, environment)).toBe(
            await renderedDigest(company, plan.spec, environment),
          );
        }
      }),
      { numRuns: 650, seed: 20261128 },
    );
    // Else the property would say nothing.
    expect(complete).toBeGreaterThan(20);
    expect(changed).toBeGreaterThan(50);
    expect(left).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(3);
  });
});
