import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { openConfigRepository } from '../../src/adapters/git/config-repository.ts';
import { replicasOf } from '../../src/domain/kubernetes/manifests.ts';
import { withImages } from '../../src/domain/kubernetes/pods.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import type { Environments } from '../../src/ports/environments.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { type Company, type CompanyOptions, openCompany } from './company.ts';

/** A test company whose production is kept by a stand-in for a GitOps controller, which reads a real repository. */
export interface KeptCompany {
  readonly company: Company;
  /** Runs git in the config repository, and gives what it prints. */
  git(...args: string[]): string;
  /** Somebody pushes to the config repository. */
  push(message: string, files: Readonly<Record<string, string>>): void;
  /** Lets the controller look at nothing until it is let go on, as one that is slow. */
  hold(isHeld: boolean): void;
  /** From now on relctl runs on another machine, which has cloned nothing yet. */
  elsewhere(): void;
  close(): void;
}

/** The folder that is applied. */
export const FOLDER = 'apps/shop';
const SERVICES = ['web', 'api'];

/**
 * Opens the company. The stand-in applies images when it is asked for its status, one service a look, and tells of it as an Application of Argo CD
 * does: `status.sync.status`, `status.sync.revision` and `status.health.status`, by the CRD of argoproj.io/v1alpha1.
 */
export async function openKeptCompany(
  open: (options: CompanyOptions) => Promise<Company> = openCompany,
): Promise<KeptCompany> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-kept-'));
  const remote = join(folder, 'fleet.git');
  const person = join(folder, 'person');
  const run = (cwd: string, ...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
  mkdirSync(remote);
  run(remote, 'init', '-q', '--bare', '-b', 'main', '.');
  run(folder, 'clone', '-q', remote, 'person');
  run(person, 'checkout', '-q', '-B', 'main');
  run(person, 'config', 'user.email', 'somebody@example.com');
  run(person, 'config', 'user.name', 'Somebody');
  const push = (message: string, files: Readonly<Record<string, string>>): void => {
    if (run(remote, 'branch') !== '') run(person, 'pull', '-q', 'origin', 'main');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(person, path)), { recursive: true });
      writeFileSync(join(person, path), text);
    }
    run(person, 'add', '-A');
    run(person, 'commit', '-qm', message);
    run(person, 'push', '-q', 'origin', 'main');
  };
  const base = await open({
    real: true,
    plan: ({ spec }) => {
      spec.migrations = [];
    },
    shape: {
      config: (config) => {
        const { production } = config.environments as { production: Record<string, unknown> };
        production.rollout = 'gitops';
        production.gitops = { repository: remote, path: FOLDER, application: 'Application/argocd/shop' };
      },
      objects: (objects, { environment }) =>
        environment !== 'production' ? objects : objects.map((one) => ({ ...one, metadata: tracked(one) })),
    },
  });
  const manifestOf = (service: string) => base.git.git('show', `v4.1.0:deploy/production/${service}.yaml`);
  push(
    'Production as it is',
    Object.fromEntries(SERVICES.map((service) => [`${FOLDER}/${service}.yaml`, `${manifestOf(service)}\n`])),
  );
  const application = standIn(
    base,
    (path) => run(remote, 'show', `main:${path}`),
    () => run(remote, 'rev-parse', 'main'),
  );
  let machine = 'machine';
  const parts = (actor: string): Partial<Context> => {
    const { environments } = base.as(actor);
    const kept: Environments = { ...environments, reconciler: () => ({ get: application.get }) };
    const state = join(folder, machine);
    const settings = { repository: remote, branch: 'main' };
    return { environments: kept, configRepository: openConfigRepository(settings, { root: folder, state, actor }) };
  };
  return {
    company: { ...base, as: (actor, replaced = {}) => base.as(actor, { ...parts(actor), ...replaced }) },
    git: (...args) => run(remote, ...args),
    push,
    hold: application.hold,
    elsewhere() {
      machine = 'another';
    },
    close() {
      base.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The mark by which Argo CD knows what it applied. */
function tracked(object: { readonly kind: string; readonly metadata?: unknown }): object {
  const metadata = object.metadata as { readonly name: string };
  return {
    ...metadata,
    annotations: { 'argocd.argoproj.io/tracking-id': `shop:${object.kind}:shop/${metadata.name}` },
  };
}

function standIn(company: Company, fileAt: (path: string) => string, head: () => string) {
  const cluster = company.sandbox.cluster('production');
  let isHeld = false;
  let revision = '';
  /** Applies the first image that is not applied yet; false where all are. */
  async function applied(): Promise<boolean> {
    for (const name of SERVICES) {
      const wanted = parseAllDocuments(fileAt(`${FOLDER}/${name}.yaml`))
        .map((one) => one.toJS() as KubeObject)
        .find(({ kind }) => kind === 'Deployment');
      const live = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name });
      if (wanted === undefined || live === undefined) continue;
      const next = withImages(live, imageOf(wanted), () => true);
      if (imageOf(next) === imageOf(live)) continue;
      await cluster.replace(next, { resourceVersion: live.metadata.resourceVersion ?? '' });
      return false;
    }
    return true;
  }
  async function isWell(): Promise<boolean> {
    const lives = await cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
    return lives.every((live) => {
      const { updatedReplicas = 0, availableReplicas = 0 } = (live.status ?? {}) as Record<string, number>;
      return Math.min(updatedReplicas, availableReplicas) >= (replicasOf(live) ?? 1);
    });
  }
  return {
    hold(held: boolean): void {
      isHeld = held;
    },
    async get(): Promise<KubeObject> {
      const isSynced = isHeld || (await applied());
      if (!isHeld && isSynced) revision = head();
      return {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: 'shop', namespace: 'argocd', generation: 1 },
        spec: {
          source: { repoURL: 'https://git.example/fleet.git', path: FOLDER, targetRevision: 'main' },
          syncPolicy: { automated: { prune: true, selfHeal: true } },
        },
        status: {
          sync: { status: isSynced ? 'Synced' : 'OutOfSync', revision },
          health: { status: (await isWell()) ? 'Healthy' : 'Progressing' },
        },
      };
    },
  };
}

function imageOf(deployment: KubeObject): string {
  const { template } = deployment.spec as { template: { spec: { containers: { image: string }[] } } };
  return template.spec.containers[0]?.image ?? '';
}
