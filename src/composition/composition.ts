import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../adapters/clock.ts';
import { createPlanStore } from '../adapters/fs/plan-store.ts';
import { refuseKeptState } from '../adapters/fs/refuse-kept-state.ts';
import { createRuns } from '../adapters/fs/runs.ts';
import { type StateEnvironment, stateFolder } from '../adapters/fs/state-folder.ts';
import { createUnsent } from '../adapters/fs/unsent.ts';
import { createWorkspace } from '../adapters/fs/workspace.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { trackedBelow } from '../adapters/git/tracked.ts';
import { createInterruption } from '../adapters/terminal/interruption.ts';
import { phaseOf } from '../domain/history/fold.ts';
import { RelctlError } from '../errors.ts';
import type { Config } from '../plan/config.ts';
import { gitopsOf, withoutGitops } from '../plan/gitops.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { FoundObserver } from '../ports/environments.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { Ballots, Forge } from '../ports/forge.ts';
import type { ManifestSource } from '../ports/manifest-source.ts';
import type { NamedPrograms } from '../ports/named-programs.ts';
import type { OwnPackage } from '../ports/own-package.ts';
import type { RehearsalStage } from '../ports/people.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { Prompter } from '../ports/prompter.ts';
import type { Records } from '../ports/records.ts';
import type { CandidateRepository } from '../ports/repository.ts';
import type { ReviewedSettings } from '../ports/reviewed-settings.ts';
import type { RunIdentity } from '../ports/runs.ts';
import type { SandboxControl } from '../ports/sandbox-control.ts';
import type { Workspace } from '../ports/workspace.ts';
import { DOCUMENTS } from '../renderers/documents.ts';
import type { GitOpsProposal } from '../usecases/gitops/propose.ts';
import type { KeysGround } from '../usecases/keys.ts';
import type { Context, SigningGround } from '../usecases/release/context.ts';
import { loadConfig } from '../usecases/release/settings.ts';
import { votingForge } from '../usecases/signing/trust.ts';
import type { Guards } from './real.ts';
import { openRecords, type RecordsWanted } from './records.ts';
import { onceReviewed } from './reviewed.ts';

/** The only importer of adapters. Each part is made when it is asked for; what only some commands need is imported then. */

/** Where relctl itself lies: two folders above its bundle's chunks, and above this source. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Templates that ship with relctl. */
const TEMPLATES = join(PACKAGE_ROOT, 'templates');

/** How long one answer of GitHub or GitLab may take. */
const FORGE_TIMEOUT_MS = 15_000;

/** A repository with its files, without configuration: what `init` and the readers of plans need. */
export interface Ground {
  readonly repository: CandidateRepository;
  readonly manifests: ManifestSource;
  /** Absolute path of the folder for what relctl keeps on this machine. */
  readonly state: string;
  readonly workspace: Workspace;
  readonly store: PlanStore;
  /** Where records are shared as they are made; `undefined` where they lie in the work tree alone. */
  readonly records: Records | undefined;
  readonly signing: Context['signing'];
  readonly clock: Clock;
  /** The relctl that runs, as a package. */
  ownPackage(): Promise<OwnPackage>;
  /** What observes the cluster of a kubectl context; nothing where it cannot be asked. */
  observersOf(context: string, namespace: string): Promise<readonly FoundObserver[]>;
  /** What keeps the workloads of a namespace by commits, in the cluster of a kubectl context; nothing where it cannot be asked. */
  keptIn(context: string, namespace: string): Promise<GitOpsProposal | undefined>;
}

/** What the command line decides for a use case. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sink: EventSink;
  readonly prompter: Prompter;
  /** Who acts, when it is not git's user. */
  readonly actor: string | undefined;
  /** Where production is changed, or sharing was asked for: then records are shared as they are made, if there is a remote. */
  readonly sharesRecords?: 'real' | 'any';
  /** What was typed behind `relctl`. */
  readonly argv?: readonly string[];
}

/** Opens the repository that the working directory belongs to. Errors: `repo.not-git`, `tool.missing`. */
export async function openGround(
  cwd: string,
  env: StateEnvironment = process.env,
  wanted: RecordsWanted = { records: 'work tree' },
): Promise<Ground> {
  const repository = await openRepository(cwd);
  const { root } = repository;
  await refuseKeptState(root, (path) => trackedBelow(root, path));
  const state = await stateFolder(root, env);
  const workspace = createWorkspace(root, TEMPLATES, cwd);
  const workTree = createPlanStore({ root, releases: 'releases', state, phaseOf });
  const opened =
    wanted.records === 'work tree' ? undefined : await openRecords({ root, state, env, workTree, workspace }, wanted);
  return {
    repository,
    manifests: manifestsOf(repository),
    state,
    workspace,
    store: opened?.store ?? workTree,
    records: opened?.records,
    signing: signingOf(repository, env),
    clock: systemClock,
    ownPackage: async () => (await import('../adapters/fs/own-package.ts')).createOwnPackage(PACKAGE_ROOT),
    observersOf: async (context, namespace) => (await import('./observed.ts')).observersOfContext(context, namespace),
    keptIn: async (context, namespace) => (await import('./kept.ts')).keptInContext(context, namespace),
  };
}

/** Everything that a use case needs, from relctl.yaml. Errors: `config.*`, `usage.unknown-actor`. */
export async function openContext(surroundings: Surroundings): Promise<Context> {
  const { cwd, env, sink } = surroundings;
  const { sharesRecords } = surroundings;
  const shares = sharesRecords === 'any' || (sharesRecords === 'real' && (await isReal(cwd)));
  const ground = await openGround(cwd, env, { records: shares ? 'shared' : 'known', sink });
  const { repository, workspace, records } = ground;
  const config = await loadConfig(workspace);
  const { createNamedPrograms, guardedManifests } = await import('./programs.ts');
  const programs = createNamedPrograms({ ...surroundings, config, root: repository.root, state: ground.state });
  const manifests = guardedManifests(ground.manifests, programs);
  const signing = signingOf(repository, surroundings.env);
  const { reviewedSettings } = await import('../usecases/binding/reviewed.ts');
  const reviewed = reviewedSettings({ signing, config, workspace, repository });
  const [runs, actor, world] = await Promise.all([
    createRuns(ground.state, handedOver(surroundings.env)),
    surroundings.actor ?? actorOf(repository),
    config.platform === 'sandbox'
      ? sandboxWorld({ ...ground, manifests }, config)
      : realWorld(ground, config, surroundings, { programs, reviewed }),
  ]);
  return {
    signing,
    ...(config.platform === 'sandbox' ? {} : { reviewed, unsent: createUnsent(ground.state) }),
    documents: DOCUMENTS,
    forge: forgeOf(repository, config, surroundings.env),
    ballots: ballotsOf(repository, config, surroundings.env),
    ...(await gitopsGround(ground, config, actor, reviewed)),
    repository,
    manifests,
    programs,
    workspace,
    config,
    prompter: surroundings.prompter,
    sink: surroundings.sink,
    interruption: createInterruption(),
    runs,
    actor,
    ...world,
    ...(records === undefined ? {} : { records }),
  };
}

/** In the pod of a runner: its Job, and who asked for it. */
function handedOver({ RELCTL_JOB: job, RELCTL_ASKED_BY: askedBy }: Surroundings['env']): Partial<RunIdentity> {
  return { ...(job ? { job } : {}), ...(askedBy ? { askedBy } : {}) };
}

/** What a simulated company records is nobody else's concern, unless its people made a branch for it. */
async function isReal(cwd: string): Promise<boolean> {
  const { root } = await openRepository(cwd);
  return (await loadConfig(createWorkspace(root, TEMPLATES))).platform !== 'sandbox';
}

/** What a platform decides. */
type World = Pick<
  Context,
  'store' | 'clock' | 'environments' | 'notifier' | 'changeRecords' | 'incidents' | 'runners' | 'provenance'
>;

async function realWorld(
  { repository, store }: Ground,
  config: Config,
  { env, sink }: Surroundings,
  guards: Guards,
): Promise<World> {
  const real = await import('./real.ts');
  const { createChangeRecords, createIncidents, createProvenance, createRealEnvironments, createHooks, createRunners } =
    real;
  const { root } = repository;
  return {
    store,
    clock: systemClock,
    environments: createRealEnvironments(config, root, env, createWorkspace(root, TEMPLATES), sink, guards),
    notifier: createHooks(config, root, env, guards),
    changeRecords: createChangeRecords(config, root, env, guards),
    incidents: createIncidents(config, root, env, guards),
    runners: createRunners(config, root, env, guards, repository.sharing.address),
    provenance: createProvenance(config, root, env),
  };
}

async function sandboxWorld({ repository, manifests, state, store }: Ground, config: Config): Promise<World> {
  const { openSandboxWorld } = await import('../adapters/sandbox/open.ts');
  const file = join(state, 'sandbox.json');
  const world = await openSandboxWorld({ file, config, repository, manifests, store });
  const { clock, environments, notifier, changeRecords } = world;
  return { store: world.store, clock, environments, notifier, changeRecords };
}

/** What `rollout: gitops` needs; nothing where relctl writes to production itself, and nothing in a simulated company. */
async function gitopsGround(
  { repository, state }: Ground,
  config: Config,
  actor: string,
  reviewed: ReviewedSettings,
): Promise<Pick<Context, 'configRepository' | 'mergeRequests'>> {
  const settings = gitopsOf(config);
  if (settings === undefined || config.platform === 'sandbox') return {};
  const { openConfigRepository } = await import('../adapters/git/config-repository.ts');
  const { root } = repository;
  // What is written there is applied to production, hooks of a repository in the work tree run, and a forge is logged in to.
  const configRepository = onceReviewed(
    openConfigRepository(settings, { root, state, actor }),
    reviewed,
    'environments',
  );
  if (settings.via === 'push') return { configRepository };
  const [{ openMergeRequests }, { exec }] = await Promise.all([
    import('../adapters/forge/merge-requests.ts'),
    import('../adapters/exec.ts'),
  ]);
  const io = { cwd: root, exec, timeout: FORGE_TIMEOUT_MS };
  const forge = openMergeRequests(settings, config.forge, io);
  if (forge === undefined) return { configRepository };
  const mergeRequests = onceReviewed(onceReviewed(forge, reviewed, 'forge'), reviewed, 'environments');
  return { configRepository, mergeRequests };
}

/** Where branches are reviewed; asked only when branches are chosen. What says which forge that is does not read: then nothing is known of it. */
function forgeOf(repository: CandidateRepository, config: Config, env: Surroundings['env']): Forge {
  const cwd = repository.root;
  let forge: Promise<Forge> | undefined;
  return {
    async request(branch) {
      try {
        forge ??= Promise.all([
          import('../adapters/forge/forge.ts'),
          import('../adapters/exec.ts'),
          signingOf(repository, env)().then(({ protectedBranch }) => votingForge(protectedBranch, config.forge)),
        ]).then(([{ openForge }, { exec }, settings]) =>
          openForge(settings, { cwd, exec, timeout: FORGE_TIMEOUT_MS, env }),
        );
        return await (await forge).request(branch);
      } catch (error) {
        if (error instanceof RelctlError) return { available: false, reason: error.message };
        throw error;
      }
    },
  };
}

/** Where people vote without a terminal; asked only when votes are collected. */
function ballotsOf(repository: CandidateRepository, config: Config, env: Surroundings['env']): Ballots {
  const cwd = repository.root;
  let opened: Promise<Ballots> | undefined;
  const open = () => {
    opened ??= Promise.all([
      import('../adapters/forge/ballots.ts'),
      import('../adapters/exec.ts'),
      signingOf(repository, env)().then(({ protectedBranch }) => votingForge(protectedBranch, config.forge)),
    ]).then(([{ openBallots }, { exec }, forge]) => openBallots(forge, { cwd, exec, timeout: FORGE_TIMEOUT_MS, env }));
    return opened;
  };
  return {
    endpoint: async () => (await open()).endpoint(),
    papers: async (branch, since) => (await open()).papers(branch, since),
    post: async (branch, mark, text) => (await open()).post(branch, mark, text),
  };
}

/** What renders manifests, made when something is rendered. */
function manifestsOf(repository: CandidateRepository): ManifestSource {
  let source: Promise<ManifestSource> | undefined;
  return {
    async render(commit, request) {
      source ??= import('../adapters/manifests/manifest-source.ts').then((one) => one.createManifestSource(repository));
      return (await source).render(commit, request);
    },
  };
}

async function actorOf(repository: CandidateRepository): Promise<string> {
  const email = await repository.userEmail();
  if (email !== undefined) return email;
  throw new RelctlError('usage.unknown-actor', 'git does not say who you are', {
    why: 'Each step of a release is recorded with the person who took it.',
    hints: ['git config user.email you@example.com', 'or --as you@example.com'],
  });
}

/**
 * The controls of the simulated company of a repository; it is opened when something is asked of it, so that a broken one can
 * be reset. Errors: `config.invalid` where the platform is the real one, `sandbox.state`.
 */
export async function openSandboxControl(cwd: string, env: StateEnvironment = process.env): Promise<SandboxControl> {
  const { repository, manifests, state, workspace, store } = await openGround(cwd, env);
  const config = await loadConfig(workspace);
  if (config.platform !== 'sandbox') throw notASandbox();
  const file = join(state, 'sandbox.json');
  return {
    timeZone: config.timeZone,
    services: Object.keys(config.services),
    async open() {
      const { openSandboxWorld } = await import('../adapters/sandbox/open.ts');
      const { sandbox } = await openSandboxWorld({ file, config, repository, manifests, store });
      return {
        now: () => sandbox.clock.now(),
        advanceTo: (at) => sandbox.clock.advanceTo(at),
        faults: () =>
          sandbox.faults.list().map(({ name, about, on, scope }) => ({ name, description: about, on, scope })),
        setFault: (name, on, service) => sandbox.faults.set(name, on, service === undefined ? {} : { service }),
        outbox: () => sandbox.outbox(),
      };
    },
    reset: () => rm(file, { force: true }),
  };
}

/** What sets people up to sign. Errors: `repo.not-git`, `usage.unknown-actor`. */
export async function openKeys(cwd: string, actor: string | undefined): Promise<KeysGround> {
  const { repository, workspace, signing, clock } = await openGround(cwd);
  const [{ signer }, { createKeyRing }] = await Promise.all([signing(), import('../adapters/ssh/key-ring.ts')]);
  return {
    workspace,
    signer,
    clock,
    keyRing: createKeyRing(repository.root, process.env, signer),
    actor: actor ?? (await actorOf(repository)),
  };
}

/** A stage on which a plan is rehearsed, away from the repository's own sandbox. Errors: `config.*`. */
export async function openRehearsal(
  cwd: string,
  plan: ReleasePlan,
  programs: NamedPrograms | undefined,
): Promise<RehearsalStage<Context>> {
  const { repository, manifests: all, workspace } = await openGround(cwd);
  const { guardedManifests } = await import('./programs.ts');
  const manifests = programs === undefined ? all : guardedManifests(all, programs);
  const config = withoutGitops(await loadConfig(workspace));
  const { stageRehearsal } = await import('../adapters/sandbox/rehearsal.ts');
  const stage = await stageRehearsal({ config, repository, manifests, workspace, plan });
  const signing = signingOf(repository, process.env);
  return { ...stage, contextAs: (person) => ({ ...stage.contextAs(person), signing, documents: DOCUMENTS }) };
}

/** What proves approvals, made when it is first asked for. */
function signingOf(repository: CandidateRepository, env: Surroundings['env']): Context['signing'] {
  let opened: Promise<SigningGround> | undefined;
  return () => {
    opened ??= openSigningGround(repository, env);
    return opened;
  };
}

async function openSigningGround(repository: CandidateRepository, env: Surroundings['env']): Promise<SigningGround> {
  const [{ createProtectedBranch }, { createSshSigner }, { findSigningKey }] = await Promise.all([
    import('../adapters/git/protected-branch.ts'),
    import('../adapters/ssh/signer.ts'),
    import('../adapters/ssh/key.ts'),
  ]);
  return {
    repository,
    protectedBranch: createProtectedBranch(repository.root, env),
    signer: createSshSigner(() => findSigningKey(repository.root, env)),
  };
}

function notASandbox(): RelctlError {
  return new RelctlError('config.invalid', 'this repository does not work on the sandbox', {
    place: { file: 'relctl.yaml' },
    why: 'Only a simulated company has a clock that can be moved and faults that can be switched on.',
    hints: ['platform: sandbox in relctl.yaml', 'relctl rehearse <id> rehearses a real plan'],
  });
}
