import {
  applicationKind,
  applicationObject,
  applicationRef,
  applicationText,
} from '../../domain/gitops/application.ts';
import type { Sync } from '../../domain/gitops/application-kind.ts';
import { RelctlError } from '../../errors.ts';
import { durationSeconds, sayDuration } from '../../plan/duration.ts';
import { command } from '../../text/command-line.ts';
import { stopIfInterrupted } from '../cluster/interrupted.ts';
import { keepLock } from '../cluster/lock.ts';
import { lockOf, type Run } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import { gitopsGround } from './ground.ts';

/** Milliseconds between looks at the reconciler. */
const LOOK_MS = 2000;
/** A reconciler tries again what it could not apply; for so long its failure is taken for one that passes. */
const PATIENCE_MS = 30_000;

/** What the reconciler says of a commit. */
interface Said {
  /** It is ready at the commit, or at one after it. */
  readonly isReady: boolean;
  /** For people. */
  readonly text: string;
}

/**
 * Looks at the reconciler for whoever waits for a commit.
 * @returns asks what it says now; throws `gitops.failed` when it could not apply the commit for a while, `gitops.timeout`
 */
export function openSync(run: Run, commit: string): () => Promise<Said> {
  const { clock } = run.context;
  const { settings, repository } = gitopsGround(run.context);
  const title = applicationText(applicationRef(settings));
  const deadline = clock.now() + durationSeconds(settings.timeout) * 1000;
  const known = new Map<string, boolean>();
  let failing: number | undefined;
  const isAtOrAfter = async (revision: string | undefined): Promise<boolean> => {
    if (revision === undefined || revision === commit) return revision === commit;
    const before = known.get(revision);
    if (before !== undefined) return before;
    // It may be at a commit that somebody has pushed since, which is not here yet.
    await repository.head();
    const answer = await repository.contains(revision, commit);
    known.set(revision, answer);
    return answer;
  };
  return async () => {
    const { state, revision, attempted, detail } = await syncNow(run.context);
    const text = `${title}: ${detail}`;
    const isReady = state === 'ready' && (await isAtOrAfter(revision));
    if (isReady) return { isReady, text: `${title} is ready at ${revision?.slice(0, 12)}` };
    const isFailing = state === 'failed' && (await isAtOrAfter(attempted));
    failing = isFailing ? (failing ?? clock.now()) : undefined;
    if (failing !== undefined && clock.now() - failing >= PATIENCE_MS) throw failed(run, text);
    if (clock.now() >= deadline) throw late(run, settings.timeout, text);
    return { isReady, text };
  };
}

/** Waits until the reconciler is ready at a commit, or one after it. Returns what it says. Errors: `gitops.failed`, `gitops.timeout`. */
export async function awaitReadyAt(run: Run, target: string, commit: string): Promise<string> {
  const { context } = run;
  const look = openSync(run, commit);
  for (;;) {
    const { isReady, text } = await look();
    if (isReady) return text;
    context.sink.emit({
      type: 'waiting',
      subject: applicationText(applicationRef(gitopsGround(context).settings)),
      detail: text,
    });
    await keepLock(context, lockOf(run, target));
    await context.clock.sleep(LOOK_MS, context.interruption.signal);
    stopIfInterrupted(context);
  }
}

/** What the reconciler says now. */
async function syncNow(context: Context): Promise<Sync> {
  const ref = applicationRef(gitopsGround(context).settings);
  const live = await context.environments.reconciler?.(ref.namespace).get(applicationObject(ref));
  return live === undefined ? { state: 'progressing', detail: 'it is not there' } : applicationKind(ref).syncOf(live);
}

function failed(run: Run, said: string): RelctlError {
  return new RelctlError('gitops.failed', said, {
    why: 'The reconciler could not apply what was committed.',
    hints: [command`relctl status ${run.release.journal.plan.id}`],
  });
}

function late(run: Run, timeout: string, said: string): RelctlError {
  return new RelctlError('gitops.timeout', `the commit was not applied within ${sayDuration(timeout)}; ${said}`, {
    why: 'It stands in the config repository, and may be applied at any time.',
    hints: [
      command`relctl status ${run.release.journal.plan.id}`,
      'environments.production.gitops.timeout in relctl.yaml, where the interval of the reconciler is longer',
    ],
  });
}
