import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { phaseOf } from '../../domain/history/fold.ts';
import { windowSpan } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { ManifestSource } from '../../ports/manifest-source.ts';
import type { RehearsalStage } from '../../ports/people.ts';
import type { Prompter } from '../../ports/prompter.ts';
import type { CandidateRepository } from '../../ports/repository.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { createPlanStore } from '../fs/plan-store.ts';
import { createRuns } from '../fs/runs.ts';
import { openSandboxWorld } from './open.ts';

/** What a rehearsal is staged from. */
export interface RehearsalGround {
  readonly config: Config;
  readonly repository: CandidateRepository;
  readonly manifests: ManifestSource;
  readonly workspace: Workspace;
  readonly plan: ReleasePlan;
}

/** Sets up a simulated company of its own, in memory, with a copy of the plan in a temporary folder. */
export async function stageRehearsal({ config, repository, manifests, workspace, plan }: RehearsalGround) {
  const folder = await mkdtemp(join(tmpdir(), 'relctl-rehearsal-'));
  const ownStore = createPlanStore({ root: folder, releases: 'releases', state: join(folder, 'state'), phaseOf });
  await ownStore.create(plan.id, plan.head);
  // Ten days before the window, so that the plan can be submitted in time.
  const start = windowSpan(plan.spec.window).start - 10 * 86_400_000;
  const world = await openSandboxWorld({ file: undefined, config, repository, manifests, store: ownStore, start });
  const files = new Map<string, string>();
  const runs = await createRuns(join(folder, 'state'));
  const interruption = { signal: new AbortController().signal, clear: () => undefined };
  const contextAs = (actor: string) => ({
    clock: world.clock,
    store: world.store,
    environments: world.environments,
    notifier: world.notifier,
    changeRecords: world.changeRecords,
    workspace: overlaid(workspace, files),
    repository,
    manifests,
    config,
    runs,
    interruption,
    prompter: SILENT,
    sink: { emit: () => undefined },
    actor,
  });
  const company: RehearsalStage<ReturnType<typeof contextAs>> = {
    advanceTo: (at) => world.clock.advanceTo(Math.max(at, world.clock.now())),
    now: () => world.clock.now(),
    people: (spec) => world.sandbox.people(spec),
    fault: (name) => world.sandbox.faults.set(name, true),
    contextAs,
    provide: (path, text) => files.set(path, text),
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return company;
}

/** The workspace with files that exist in the rehearsal only. */
function overlaid(workspace: Workspace, files: ReadonlyMap<string, string>): Workspace {
  return {
    ...workspace,
    read: async (path) => files.get(path) ?? workspace.read(path),
    find: async (glob) => (files.has(glob) ? [glob] : workspace.find(glob)),
  };
}

function unanswered(flag: string): never {
  throw new RelctlError('usage.missing-answer', `the rehearsal has no answer for ${flag}`, {
    why: 'The simulated people answer what the process asks; this is more than that.',
    hints: ['relctl plan <id> --check'],
  });
}

/** Everything is answered beforehand on the stage. */
const SILENT: Prompter = {
  interactive: false,
  show: async () => undefined,
  confirm: async (question) => unanswered(question.flag),
  text: async (question) => unanswered(question.flag),
  select: async (question) => unanswered(question.flag),
  selectMany: async (question) => unanswered(question.flag),
};
