import { phaseOf } from '../../domain/history/fold.ts';
import { type Rebased, rebaseEvents } from '../../domain/rebase/rebase.ts';
import { recordMessage } from '../../domain/records/message.ts';
import { RelctlError } from '../../errors.ts';
import { parseReleasePlan, type ReleasePlan, writeReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { loadPolicy } from '../release/settings.ts';
import { pathsOf, releaseOf } from './commit-records.ts';

/** Where three histories stand. */
export interface Fork {
  /** The newest commit that both sides have. */
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What a rebase came to: the new commit, and the releases whose CAB decided only through it. */
export interface RebasedRecords {
  readonly commit: string;
  readonly decided: readonly string[];
}

type Sharing = Pick<Context, 'repository' | 'workspace' | 'clock'>;

/**
 * Builds commits with our records on top of what somebody else pushed: a commit for each release, and nothing else in it. No ref
 * and no file is touched. Errors: `sharing.conflict`, with what contradicts what.
 */
export async function rebaseRecords(context: Sharing, fork: Fork, upstream: string): Promise<RebasedRecords> {
  const { sharing } = context.repository;
  const [ours, theirs] = await Promise.all([
    sharing.changedPaths(fork.base, fork.ours),
    sharing.changedPaths(fork.base, fork.theirs),
  ]);
  const decided: string[] = [];
  let commit = fork.theirs;
  for (const id of new Set(ours.map((path) => releaseOf(path) ?? ''))) {
    const [file, folder] = pathsOf(id);
    const own = ours.filter((path) => releaseOf(path) === id);
    await refuseSameEvidence(context, fork, { id, own: own.filter((path) => path !== file), theirs, upstream });
    const text =
      theirs.includes(file) && own.includes(file) ? await rebasedText(context, fork, id, upstream) : undefined;
    if (text?.decided === true) decided.push(id);
    const paths = [
      ...(text === undefined && own.includes(file) ? [file] : []),
      ...(own.some((path) => path !== file) ? [folder] : []),
    ];
    const texts = new Map(text === undefined ? [] : [[file, text.text]]);
    const message = text?.message ?? (await unchangedMessage(context, fork, id));
    commit = await sharing.commitOnto(commit, { from: fork.ours, paths, texts }, message);
  }
  return { commit, decided };
}

/** A plan that only we changed: its commit says again what it said. */
async function unchangedMessage(context: Sharing, fork: Fork, id: string): Promise<string> {
  const [now, before] = await Promise.all([planAt(context, fork.ours, id), planAt(context, fork.base, id)]);
  return recordMessage({ id }, now?.events.slice(before?.events.length ?? 0) ?? []);
}

async function rebasedText(
  context: Sharing,
  fork: Fork,
  id: string,
  upstream: string,
): Promise<{ readonly text: string; readonly message: string; readonly decided: boolean }> {
  const [base, ours, theirs] = await Promise.all(
    [fork.base, fork.ours, fork.theirs].map((commit) => planAt(context, commit, id)),
  );
  if (ours === undefined || theirs === undefined) {
    throw conflict(id, fork, upstream, ours === undefined ? 'the plan was removed here' : 'somebody removed the plan');
  }
  const shared = base?.events ?? [];
  if (ours.head !== theirs.head) {
    throw conflict(
      id,
      fork,
      upstream,
      'the text of the plan is another one there, and what was recorded here was recorded about this one',
    );
  }
  const policy = await loadPolicy(context.workspace, theirs.metadata.process);
  const result: Rebased = rebaseEvents({
    id,
    spec: theirs.spec,
    policy,
    base: shared,
    ours: ours.events,
    theirs: theirs.events,
    now: context.clock.now(),
  });
  if (!result.ok) throw conflict(id, fork, upstream, result.reason);
  return {
    text: writeReleasePlan(theirs, result.events, phaseOf(result.events)),
    message: recordMessage({ id }, result.events.slice(theirs.events.length)),
    decided: result.decision !== undefined,
  };
}

async function planAt({ repository }: Sharing, commit: string, id: string): Promise<ReleasePlan | undefined> {
  const [file] = pathsOf(id);
  const text = await repository.fileAt(commit, file);
  return text === undefined ? undefined : parseReleasePlan(new TextEncoder().encode(text), file, id);
}

/** Two different files of evidence under one name: the events that name them could not both be true. */
async function refuseSameEvidence(
  { repository }: Sharing,
  fork: Fork,
  { id, own, theirs, upstream }: { id: string; own: readonly string[]; theirs: readonly string[]; upstream: string },
): Promise<void> {
  for (const path of own.filter((one) => theirs.includes(one))) {
    const [here, there] = await Promise.all([repository.fileAt(fork.ours, path), repository.fileAt(fork.theirs, path)]);
    if (here !== there) throw conflict(id, fork, upstream, `${path} is another file there`);
  }
}

/** The refusal to put two histories together. Nothing is lost: ours stays in its commit until its author has looked. */
function conflict(id: string, fork: Fork, upstream: string, reason: string): RelctlError {
  const short = fork.ours.slice(0, 12);
  const [file] = pathsOf(id);
  return new RelctlError('sharing.conflict', `${id}: what was recorded here does not fit ${upstream}: ${reason}`, {
    place: { file },
    why: `Somebody pushed first. Nothing was pushed and nothing is lost: what was recorded here stands in commit ${short}.`,
    hints: [
      command`git diff ${fork.base} ${fork.theirs} -- ${file}`,
      command`git branch unshared-${short} && git reset --keep ${fork.theirs}`,
      'then run the command again: it sees what the other person did',
    ],
    data: { release: id, reason, ...fork },
  });
}
