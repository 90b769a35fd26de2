import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPlanStore } from '../../src/adapters/fs/plan-store.ts';
import { createRuns } from '../../src/adapters/fs/runs.ts';
import { createWorkspace } from '../../src/adapters/fs/workspace.ts';
import { createProtectedBranch } from '../../src/adapters/git/protected-branch.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.ts';
import { openSandboxWorld } from '../../src/adapters/sandbox/open.ts';
import type { Sandbox } from '../../src/adapters/sandbox/sandbox.ts';
import { createSshSigner } from '../../src/adapters/ssh/signer.ts';
import { SNAPSHOT_LABEL } from '../../src/domain/deployment/kept-snapshot.ts';
import { foldState, phaseOf } from '../../src/domain/history/fold.ts';
import type { ReleaseState } from '../../src/domain/history/state.ts';
import { nameOf, withoutServerFields } from '../../src/domain/kubernetes/manifests.ts';
import type { Progress } from '../../src/domain/outcome/progress.ts';
import { windowSpan } from '../../src/domain/schedule/calendar.ts';
import { RelctlError } from '../../src/errors.ts';
import type { Config } from '../../src/plan/config.ts';
import { canonicalJson } from '../../src/plan/digest.ts';
import type { ReleasePlan } from '../../src/plan/release-plan.ts';
import type { PlanStore } from '../../src/ports/plan-store.ts';
import type { Prompter } from '../../src/ports/prompter.ts';
import type { RunIdentity, Runs } from '../../src/ports/runs.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { DOCUMENTS } from '../../src/renderers/documents.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { Journal } from '../../src/usecases/release/journal.ts';
import { loadConfig } from '../../src/usecases/release/settings.ts';
import { subjectOf } from '../../src/usecases/release/subject.ts';
import { type CompanyShape, companyFiles, STANDARD_SHAPE } from './company-files.ts';
import { type GitFixture, madeOnce } from './git-fixture.ts';
import { PEOPLE, SAMPLE_ID, sampleHead, type WrittenPlan } from './sample-plan.ts';
import { stateOf } from './state.ts';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));
const DAY = 86_400_000;

/** What a test company is made from; each part has a default. */
export interface CompanyOptions {
  readonly shape?: Partial<CompanyShape>;
  /** Changes the sample plan before it is written. */
  readonly plan?: (document: WrittenPlan) => void;
  /** Keep the simulated world in the repository, where the `relctl` program finds it. */
  readonly onDisk?: boolean;
  /** Record as a real company does: nothing is marked as simulated, although the clusters are. */
  readonly real?: boolean;
}

/** A company in a temporary repository: a product in two versions, a plan in draft, and a sandbox to release in. */
export interface Company {
  readonly id: string;
  readonly git: GitFixture;
  readonly store: PlanStore;
  readonly sandbox: Sandbox;
  /** Progress that the use cases told, in order. */
  readonly told: Progress[];
  /** What a use case needs to be carried out by a person; parts can be replaced. */
  as(person: string, replaced?: Partial<Context>): Context;
  plan(): Promise<ReleasePlan>;
  state(): Promise<ReleaseState>;
  /** Every object of production that people or relctl wrote, server-set fields aside, by name; the lock and relctl's snapshots are left out. */
  production(): Promise<Readonly<Record<string, string>>>;
  /** Moves the virtual clock to so many milliseconds after the opening of the window. */
  advanceToWindow(offset?: number): Promise<void>;
  close(): void;
}

/** Makes a company. Ten days before the window it has a plan in draft, written by the R&D Lead. */
export async function openCompany(options: CompanyOptions = {}): Promise<Company> {
  const shape: CompanyShape = { ...STANDARD_SHAPE, ...options.shape };
  const versions = [companyFiles(shape, '4.1.0'), companyFiles(shape, '4.2.0')] as const;
  const git = madeOnce(versions, (product) => {
    product.commit(versions[0], 'Version 4.1.0');
    product.git('tag', 'v4.1.0');
    product.git('checkout', '--quiet', '-b', 'release');
    product.commit(versions[1], 'Version 4.2.0');
    product.git('checkout', '--quiet', 'main');
  });
  const commit = readFileSync(join(git.root, '.git', 'refs', 'heads', 'release'), 'utf8').trim();
  const head = sampleHead((document) => {
    document.spec.candidate.commit = commit;
    // Fewer looks than people would take: the verdicts are the same, and the tests are quick.
    document.spec.canary = { ...document.spec.canary, look: '60s' };
    options.plan?.(document);
  });
  const state = await stateOf(git.root);
  const store = createPlanStore({ root: git.root, releases: 'releases', state, phaseOf });
  const created = await store.create(SAMPLE_ID, head);
  const repository = await openRepository(git.root);
  const manifests = createManifestSource(repository);
  const workspace = createWorkspace(git.root, TEMPLATES);
  const config = await loadConfig(workspace);
  const world = await openSandboxWorld({
    file: options.onDisk === true ? join(state, 'sandbox.json') : undefined,
    config,
    repository,
    manifests,
    store,
    start: windowSpan(created.spec.window).start - 10 * DAY,
  });
  const environments = options.real === true ? { ...world.environments, simulated: false } : world.environments;
  const known = options.real === true ? await withIdentities(config, world.sandbox) : config;
  const protectedBranch = createProtectedBranch(git.root);
  const signers = new Map<string, Signer>();
  const signerOf = (actor: string): Signer => {
    const file = keyFile(git.root, actor);
    const signer = signers.get(actor) ?? createSshSigner(async () => ({ kind: 'file', path: file, shown: actor }));
    signers.set(actor, signer);
    return signer;
  };
  const runs = await createRuns(state);
  const told: Progress[] = [];
  const company: Company = {
    id: SAMPLE_ID,
    git,
    store: world.store,
    sandbox: world.sandbox,
    told,
    as: (actor, replaced = {}) => ({
      clock: world.clock,
      store: world.store,
      workspace,
      repository,
      manifests,
      signing: async () => ({ repository, protectedBranch, signer: signerOf(actor) }),
      environments,
      notifier: world.notifier,
      changeRecords: world.changeRecords,
      documents: DOCUMENTS,
      prompter: SILENT,
      sink: { emit: (progress) => told.push(progress) },
      runs,
      interruption: { signal: new AbortController().signal, clear: () => undefined },
      config: known,
      actor,
      ...replaced,
    }),
    plan: () => world.store.load(SAMPLE_ID),
    state: async () => foldState((await world.store.load(SAMPLE_ID)).events),
    production: () => objectsOf(world.sandbox, shape.regions),
    async advanceToWindow(offset = 5 * 60_000) {
      world.clock.advanceTo(windowSpan((await world.store.load(SAMPLE_ID)).spec.window).start + offset);
    },
    close: () => git.remove(),
  };
  const journal = new Journal(company.as(PEOPLE.rdLead), await company.plan());
  await journal.record('plan.created', subjectOf(journal.plan));
  return company;
}

/** A real company names its clusters. */
async function withIdentities(config: Config, sandbox: Sandbox): Promise<Config> {
  const { staging, production } = config.environments;
  const identity = (environment: 'staging' | 'production') => sandbox.cluster(environment).identity();
  return {
    ...config,
    environments: {
      staging: { ...staging, clusterUid: await identity('staging') },
      production: { ...production, clusterUid: await identity('production') },
    },
  };
}

/** Where a person of a test company has their key, once a test made one. */
export function keyFile(root: string, person: string): string {
  return join(root, '.git', 'keys', person);
}

const KINDS = [
  ['apps/v1', 'Deployment'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['batch/v1', 'Job'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['autoscaling/v1', 'HorizontalPodAutoscaler'],
] as const;

async function objectsOf(sandbox: Sandbox, regions: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const targets = regions.length === 0 ? [undefined] : regions;
  for (const region of targets) {
    const cluster = sandbox.cluster('production', region);
    for (const [apiVersion, kind] of KINDS) {
      for (const object of await cluster.list({ apiVersion, kind })) {
        if (object.metadata.labels?.[SNAPSHOT_LABEL] !== undefined) continue;
        found[`${region ?? 'production'} ${nameOf(object)}`] = canonicalJson(withoutServerFields(object));
      }
    }
  }
  return found;
}

/** Runs of a process that is not there any more, and never says that it ended: what it holds can be taken over. */
export function deadRuns(company: Company): Runs {
  const { runs } = company.as('nobody@example.com');
  // Beyond the largest process id of Linux (4,194,304), so that no process ever has it.
  const self: RunIdentity = { host: hostname(), pid: 4_194_305, token: `1-${randomBytes(6).toString('hex')}` };
  return {
    ...runs,
    self,
    async begin(release) {
      const folder = join(await stateOf(company.git.root), 'runs');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${release}.json`), JSON.stringify(self));
    },
    end: async () => undefined,
  };
}

/** Runs of another machine, whose processes cannot be asked after. */
export function foreignRuns(runs: Runs, host = 'build-7'): Runs {
  return { ...runs, self: { host, pid: 4711, token: `9-${randomBytes(6).toString('hex')}` } };
}

/** Nobody sits at the terminal: every question fails and names its flag. */
export const SILENT: Prompter = {
  interactive: false,
  show: async () => undefined,
  confirm: async (question) => unanswered(question.flag),
  text: async (question) => unanswered(question.flag),
  select: async (question) => unanswered(question.flag),
  selectMany: async (question) => unanswered(question.flag),
};

function unanswered(flag: string): never {
  throw new RelctlError('usage.missing-answer', `${flag} is missing`, { hints: [flag] });
}

/** What a command throws. Fails when it throws nothing, or something without a code. */
export async function refusal(work: Promise<unknown>): Promise<RelctlError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RelctlError) return error;
  throw new Error(`an error with a code was expected, not ${String(error)}`, { cause: error });
}
