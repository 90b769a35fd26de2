import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { createPlanStore } from '../../src/adapters/fs/plan-store.ts';
import { createWorkspace } from '../../src/adapters/fs/workspace.ts';
import { createProtectedBranch } from '../../src/adapters/git/protected-branch.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.ts';
import { phaseOf } from '../../src/domain/history/fold.ts';
import { RelctlError } from '../../src/errors.ts';
import type { PlanStore } from '../../src/ports/plan-store.ts';
import type { Prompter } from '../../src/ports/prompter.ts';
import type { CandidateRepository } from '../../src/ports/repository.ts';
import type { Workspace } from '../../src/ports/workspace.ts';
import type { PlanOptions } from '../../src/usecases/planning/ask/options.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { loadConfig } from '../../src/usecases/release/settings.ts';
import { type GitFixture, gitFixture, madeOnce } from './git-fixture.ts';
import { PEOPLE } from './sample-plan.ts';
import { stateOf } from './state.ts';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));

/** When the tests of planning take place: a Monday, 30 days before the window that they name. */
export const PLANNING_NOW = Date.UTC(2026, 10, 3, 15);
export const WINDOW = '2026-12-03T14:00/18:00';

/** Flags that answer nothing. */
export const NO_FLAGS: PlanOptions = {
  branches: [],
  images: [],
  owners: { operations: [], qa: [], cab: [], informed: [] },
};

/** A real repository with a small product, and what planning needs around it. */
export interface PlanningGround {
  readonly git: GitFixture;
  readonly repository: CandidateRepository;
  readonly workspace: Workspace;
  readonly store: PlanStore;
  /** A use case's surroundings; parts can be replaced. Without more, nobody can be asked and nothing is measured. */
  context(replaced?: Partial<Context>): Context;
  /** Text of the plan's file. */
  text(id: string): Promise<string>;
  remove(): void;
}

/** A Deployment of a service with its Service. */
export function manifest(
  service: string,
  options: { readonly version?: string; readonly replicas?: number; readonly env?: readonly object[] } = {},
): string {
  const shared = { 'app.kubernetes.io/name': service };
  const labels = { ...shared, track: 'stable' };
  const container = {
    name: 'app',
    image: `registry.example.com/shop/${service}:${options.version ?? '4.1.0'}`,
    // What it takes to lose no request when it is replaced; the check says so otherwise.
    readinessProbe: { httpGet: { path: '/healthz', port: 3000 } },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    ...(options.env === undefined ? {} : { env: options.env }),
  };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: service, labels },
      spec: {
        replicas: options.replicas ?? 9,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service },
      spec: { selector: shared, ports: [{ port: 80 }] },
    },
  ]
    .map((object) => stringify(object))
    .join('---\n');
}

/** The product before any feature: two services, one manifest for each environment. */
export function productFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const service of ['web', 'api']) {
    files[`services/${service}/Dockerfile`] = 'FROM node:20-slim\n';
    files[`services/${service}/src/main.js`] = `export const port = process.env.PORT ?? 3000;\n`;
    files[`deploy/staging/${service}.yaml`] = manifest(service, { replicas: 2 });
    files[`deploy/production/${service}.yaml`] = manifest(service);
  }
  return files;
}

const service = (name: string) => ({
  paths: [`services/${name}/**`],
  manifests: { staging: [`deploy/staging/${name}.yaml`], production: [`deploy/production/${name}.yaml`] },
});

/** Makes the repository: version 4.1.0 is tagged, relctl is set up, nothing is planned. */
export async function planningGround(
  change: (config: Record<string, unknown>) => void = () => undefined,
): Promise<PlanningGround> {
  const files = productFiles();
  const git = madeOnce([files], (product) => {
    product.commit(files, 'Version 4.1.0');
    product.git('tag', 'v4.1.0');
  });
  const config: Record<string, unknown> = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    timeZone: 'America/New_York',
    team: structuredClone({ ...PEOPLE, informed: ['marketing'] }),
    environments: {
      staging: { context: 'staging', namespace: 'shop', host: 'staging.example.com' },
      production: { context: 'production', namespace: 'shop', host: 'www.example.com' },
    },
    services: { web: service('web'), api: service('api') },
  };
  change(config);
  const workspace = createWorkspace(git.root, TEMPLATES);
  await workspace.write('relctl.yaml', stringify(config));
  await workspace.write('relctl/process/standard-3.0.yaml', await workspace.template('process/standard-3.0.yaml'));
  return openGround(git);
}

/** A copy of a ground, to change without changing the other. */
export function copyOf(ground: PlanningGround): Promise<PlanningGround> {
  return openGround(gitFixture(ground.git));
}

/** A ground in a repository that is set up already. */
export async function openGround(git: GitFixture): Promise<PlanningGround> {
  const workspace = createWorkspace(git.root, TEMPLATES);
  const repository = await openRepository(git.root);
  const store = createPlanStore({ root: git.root, releases: 'releases', state: await stateOf(git.root), phaseOf });
  const settings = await loadConfig(workspace);
  const common = {
    clock: { now: () => PLANNING_NOW, sleep: async () => undefined },
    store,
    workspace,
    repository,
    manifests: createManifestSource(repository),
    signing: async () => ({ repository, protectedBranch: createProtectedBranch(git.root) }),
    config: settings,
    prompter: scriptedPrompter({}),
    sink: { emit: () => undefined },
    actor: PEOPLE.rdLead,
    environments: {
      simulated: false,
      metrics: () => {
        throw new RelctlError('config.invalid', 'relctl.yaml names no Prometheus for production');
      },
    },
  };
  return {
    git,
    repository,
    workspace,
    store,
    context: (replaced = {}) => ({ ...common, ...replaced }) as unknown as Context,
    text: async (id) => (await workspace.read(`releases/${id}.yaml`)) ?? '',
    remove: () => git.remove(),
  };
}

/** Commits files on a new branch from the tag, and goes back to main. */
export function branch(
  git: GitFixture,
  name: string,
  files: Readonly<Record<string, string | null>>,
  message = `${name}\n\nApproved-by: Priya <${PEOPLE.productManager}>`,
): string {
  git.git('switch', '--quiet', '--create', name, 'v4.1.0');
  const head = git.commit(files, message, 'Dev <dev@example.com>');
  git.git('switch', '--quiet', 'main');
  return head;
}

/** Changes to files of a branch that exists. */
export function goOn(git: GitFixture, name: string, files: Readonly<Record<string, string | null>>): string {
  git.git('switch', '--quiet', name);
  const head = git.commit(files, 'more', 'Dev <dev@example.com>');
  git.git('switch', '--quiet', 'main');
  return head;
}

/** What a person would answer, by flag; a question that is not foreseen is `usage.missing-answer`, as without a terminal. */
export function scriptedPrompter(
  answers: Readonly<Record<string, string | readonly string[]>>,
  asked: {
    readonly flag: string;
    readonly choices?: readonly { value: string; disabled?: string }[];
    readonly default?: string;
  }[] = [],
): Prompter {
  const answer = async (question: { readonly flag: string }): Promise<never> => {
    asked.push(question);
    const found = Object.entries(answers).find(
      ([flag]) => question.flag === flag || question.flag.startsWith(`${flag} `),
    )?.[1];
    if (found === undefined) {
      throw new RelctlError('usage.missing-answer', `${question.flag} is missing`, { data: { flag: question.flag } });
    }
    return found as never;
  };
  return {
    interactive: Object.keys(answers).length > 0,
    show: async () => undefined,
    confirm: answer,
    text: answer,
    select: answer,
    selectMany: answer,
  };
}
