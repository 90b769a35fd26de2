import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../adapters/clock.ts';
import { createPlanStore } from '../adapters/fs/plan-store.ts';
import { refuseKeptState } from '../adapters/fs/refuse-kept-state.ts';
import { type StateEnvironment, stateFolder } from '../adapters/fs/state-folder.ts';
import { createWorkspace } from '../adapters/fs/workspace.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { trackedBelow } from '../adapters/git/tracked.ts';
import { phaseOf } from '../domain/history/fold.ts';
import type { Clock } from '../ports/clock.ts';
import type { FoundObserver } from '../ports/environments.ts';
import type { ManifestSource } from '../ports/manifest-source.ts';
import type { OwnPackage } from '../ports/own-package.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { Records } from '../ports/records.ts';
import type { CandidateRepository } from '../ports/repository.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { GitOpsProposal } from '../usecases/gitops/propose.ts';
import type { Context } from '../usecases/release/context.ts';
import { openRecords, type RecordsWanted } from './records.ts';
import { signingOf } from './signing.ts';

/** Where relctl itself lies: two folders above its bundle's chunks, and above this source. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Templates that ship with relctl. */
export const TEMPLATES = join(PACKAGE_ROOT, 'templates');

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
