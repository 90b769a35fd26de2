import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { ProcessCommand } from '../../domain/process/process.ts';
import { nextAct, workRefOf } from '../../domain/runner/next-act.ts';
import { RelctlError } from '../../errors.ts';
import type { HandedOptions, RemoteRun, Runner, Work } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { openRelease, type Release } from '../release/open.ts';
import { passGates } from '../release/pass-gates.ts';
import { CONFIG_FILE } from '../release/settings.ts';
import { attach, detached } from './attach.ts';

/** What is handed over. */
export interface HandOver {
  readonly mode: 'full' | 'canary' | 'promote' | 'resume' | 'abort';
  readonly options: HandedOptions;
  /** False where nobody looks on: it is handed over, and no more. */
  readonly attach?: boolean;
}

const PROCESS_COMMANDS = {
  full: 'deploy',
  canary: 'deploy',
  promote: 'deploy --promote',
  resume: 'deploy --resume',
  abort: 'deploy --abort',
} as const satisfies Record<HandOver['mode'], ProcessCommand>;

/**
 * Hands a deployment over to a runner and attaches to it; attaches to the run that there is, where it was handed over before. The gates
 * are asked here, for the person, and again where it runs, for the machine.
 * @throws RelctlError `gate.refused`, `runner.not-pushed`, `runner.stuck`, `runner.failed`; and what the run itself ends with
 */
export async function handOver(context: Context, name: string, id: string, asked: HandOver): Promise<Outcome> {
  const runner = runnerOf(context, name, id, asked.mode);
  const release = await openRelease(context, id);
  const { state } = release.journal;
  const round = asked.mode === 'promote' || asked.mode === 'abort' ? asked.mode : 'forward';
  const ref = workRefOf(id, state, round);
  const again = `${here(id, asked.mode)} --runner ${runner.name}`;
  const found = await runner.find(ref);
  const handed = { ...ref, stopsAtVerdict: asked.mode === 'canary' };
  const left = nextAct(state, handed);
  const attached = { release: id, runner: name, again, work: handed };
  if (found !== undefined && !isReplaceable(found, left !== 'over')) {
    if (asked.attach === false) return detached(found, attached);
    tellFound(context, found);
    return attach(context, runner, found, attached);
  }
  const typed = asked.mode === 'canary' ? 'deploy --canary' : PROCESS_COMMANDS[asked.mode];
  await passGates(context, release, PROCESS_COMMANDS[asked.mode], asked.options.exception, { typed });
  const commit = await requireReachable(context, release);
  if (found !== undefined) await clear(context, runner, found);
  if (round === 'abort') await endForward(context, runner, id, release);
  const work: Work = {
    ...handed,
    commit,
    askedBy: context.actor,
    options: asked.options,
    records: context.records?.branch ?? '',
  };
  const run = await runner.start(work);
  if (asked.attach === false) return detached(run, attached);
  if (run.askedBy !== undefined && run.askedBy !== context.actor) tellFound(context, run);
  else
    context.sink.emit({ type: 'note', level: 'info', text: `${id} is handed over to ${run.title}; Ctrl-C detaches` });
  return attach(context, runner, run, attached);
}

/** The command that does the same on this machine. */
function here(id: string, mode: HandOver['mode']): string {
  return `${command`relctl deploy ${id}`}${mode === 'full' ? '' : ` --${mode}`}`;
}

function runnerOf({ runners }: Pick<Context, 'runners'>, name: string, id: string, mode: HandOver['mode']): Runner {
  if (runners !== undefined) return runners(name);
  throw new RelctlError('config.invalid', 'a simulated company has nobody who carries its releases on', {
    place: { file: CONFIG_FILE },
    why: 'Its world lies on this machine.',
    hints: [here(id, mode)],
  });
}

/** A run that has ended although work is left makes room for another; so does one that cannot begin, once it is asked for again. */
function isReplaceable({ state }: RemoteRun, isWorkLeft: boolean): boolean {
  return isWorkLeft && (state.phase === 'ended' || (state.phase === 'waiting' && state.stuck));
}

function tellFound({ sink }: Pick<Context, 'sink'>, { title, askedBy }: RemoteRun): void {
  const by = askedBy === undefined ? '' : `, asked for by ${askedBy}`;
  sink.emit({ type: 'note', level: 'info', text: `attached to ${title}${by}; Ctrl-C detaches` });
}

async function clear({ sink }: Pick<Context, 'sink'>, runner: Runner, run: RemoteRun): Promise<void> {
  const { state } = run;
  const how = state.phase === 'running' ? 'running' : `${state.reason}: ${state.detail}`;
  sink.emit({ type: 'note', level: 'warning', text: `${run.title} makes room for another run (${how})` });
  await runner.end(run);
}

/** Whoever aborts stops what goes forward first: it would keep the lock as long as it lives. */
async function endForward(context: Context, runner: Runner, id: string, { journal }: Release): Promise<void> {
  for (const round of ['forward', 'promote'] as const) {
    const run = await runner.find(workRefOf(id, journal.state, round));
    if (run !== undefined && run.state.phase !== 'ended') await clear(context, runner, run);
  }
}

/**
 * Makes sure that a clone which is made elsewhere has all that is here: the commit, relctl.yaml, and what was recorded.
 * @returns the commit
 */
async function requireReachable(
  context: Pick<Context, 'records' | 'repository' | 'workspace'>,
  { journal }: Release,
): Promise<string> {
  const { repository, records, workspace } = context;
  const { sharing } = repository;
  const [commit, upstream] = await Promise.all([sharing.head(), sharing.upstream()]);
  const remote = upstream?.remote ?? (await sharing.remote());
  if (remote === undefined || !(await sharing.isAtRemote({ remote }, commit))) {
    throw notPushed(`no branch of the remote has commit ${commit.slice(0, 12)}, which is checked out here`, [
      'git push',
    ]);
  }
  if ((await workspace.read(CONFIG_FILE)) !== (await repository.fileAt(commit, CONFIG_FILE))) {
    throw notPushed(`${CONFIG_FILE} is changed and not committed`, [command`git diff -- ${CONFIG_FILE}`]);
  }
  if (records === undefined) throw notPushed('this clone has no remote to share records with', ['git remote -v']);
  await records.secure(journal.plan.id);
  return commit;
}

function notPushed(what: string, hints: readonly string[]): RelctlError {
  return new RelctlError('runner.not-pushed', what, {
    why: 'What carries the release on clones the remote, and sees nothing else.',
    hints,
  });
}
