import { RelctlError } from '../../errors.ts';
import type { Upstream } from '../../ports/sharing.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { recorded } from '../release/message.ts';
import { notify } from '../release/notify.ts';
import { openRelease } from '../release/open.ts';
import { commitRecords, releaseOf } from './commit-records.ts';
import { rebaseRecords } from './rebase-records.ts';
import { shareCandidate } from './share-candidate.ts';

/** What became of the records of a command. */
export interface SharedRecords {
  readonly commit: string;
  /** First lines of the commits, one for each release. */
  readonly subjects: readonly string[];
  /** Where they were pushed, when they were. */
  readonly pushed: string | undefined;
  /** Branches at the remote to which candidates were pushed. */
  readonly candidates: readonly string[];
  /** How often somebody else was faster. */
  readonly rebased: number;
  /** Decisions of the CAB that only these records and those of others made together. */
  readonly decided: readonly { readonly release: string; readonly decision: 'go' | 'no-go' }[];
}

/** Pushes that are tried before relctl says that the branch moves faster than it can follow. */
const MOST_TRIES = 20;

/**
 * Commits what a command recorded, and with `push` shares it: compare-and-swap at the remote, never by force. Where somebody was
 * faster, our records are put after theirs if both can stand; a decision that only both votes make is then recorded and told.
 * @throws RelctlError `sharing.*`; what was recorded is committed by then, and stays
 */
export async function shareRecords(
  context: Context,
  ids: readonly string[],
  options: { readonly push: boolean },
): Promise<SharedRecords> {
  const subjects: string[] = [];
  for (const id of ids) subjects.push((await commitRecords(context, id)).subject);
  const { sharing } = context.repository;
  if (!options.push)
    return { commit: await sharing.head(), subjects, pushed: undefined, candidates: [], rebased: 0, decided: [] };
  const upstream = await sharing.upstream();
  if (upstream === undefined) throw noUpstream(await sharing.remote());
  // The candidate first: a record must not name a commit that the others cannot have.
  const candidates: string[] = [];
  for (const id of ids) {
    const branch = await shareCandidate(context, id, upstream);
    if (branch !== undefined) candidates.push(branch);
  }
  const { rebased, decided } = await pushRecords(context, upstream);
  return { commit: await sharing.head(), subjects, pushed: upstream.name, candidates, rebased, decided };
}

/** Pushes until the remote takes it. */
async function pushRecords(context: Context, upstream: Upstream): Promise<Pick<SharedRecords, 'rebased' | 'decided'>> {
  const { sharing } = context.repository;
  await refuseOtherCommits(context, upstream, upstream.commit ?? (await sharing.fetch(upstream)));
  let decided: readonly string[] = [];
  for (let rebased = 0; rebased < MOST_TRIES; rebased += 1) {
    const commit = await sharing.head();
    const answer = await sharing.push(upstream, commit);
    if (answer.result === 'refused') throw refused(upstream, answer.detail);
    if (answer.result === 'pushed') {
      return { rebased, decided: decided.length === 0 ? [] : await tellDecisions(context, decided, upstream) };
    }
    const result = await rebaseOnce(context, upstream, commit);
    decided = [...new Set([...decided, ...result])];
  }
  throw new RelctlError('sharing.refused', `${upstream.name} moved ${MOST_TRIES} times while relctl tried to push`, {
    why: 'What was recorded is committed here and not shared yet.',
    hints: ['git pull --ff-only && git push', 'or run the command again'],
  });
}

/** Puts the records on top of what somebody else pushed, and the work tree with them. */
async function rebaseOnce(context: Context, upstream: Upstream, ours: string): Promise<readonly string[]> {
  const { sharing } = context.repository;
  const theirs = await sharing.fetch(upstream);
  const base = await sharing.mergeBase(ours, theirs);
  if (base === undefined) throw refused(upstream, 'its history and this one have nothing in common');
  const { commit, decided } = await rebaseRecords(context, { base, ours, theirs }, upstream.name);
  if (!(await sharing.moveTo(commit))) throw workTreeInTheWay(upstream, ours);
  const text = `somebody pushed to ${upstream.name} meanwhile; the records made here were added after theirs`;
  context.sink.emit({ type: 'note', level: 'info', text });
  return decided;
}

/** A decision that only the votes of two clones made together: it is told once it is shared, and the message recorded. */
async function tellDecisions(
  context: Context,
  ids: readonly string[],
  upstream: Upstream,
): Promise<SharedRecords['decided']> {
  const told: { release: string; decision: 'go' | 'no-go' }[] = [];
  for (const id of ids) {
    const release = await openRelease(context, id, { others: false });
    const decision = release.journal.state.cab?.decision;
    if (decision === undefined) continue;
    const { round } = decision.data;
    const wording = { decision: decision.data.decision === 'go' ? 'Go' : 'No-Go' };
    await notify(context, release, 'cab.decided', `round ${round}`, wording, [recorded('cab.decided', { round })]);
    await commitRecords(context, id);
    told.push({ release: id, decision: decision.data.decision });
  }
  await pushRecords(context, upstream);
  return told;
}

/** A push takes along every commit below it: those that hold anything but records are for their author to push. */
async function refuseOtherCommits(
  context: Pick<Context, 'repository'>,
  upstream: Upstream,
  theirs: string,
): Promise<void> {
  const { sharing } = context.repository;
  const ours = await sharing.head();
  const base = await sharing.mergeBase(ours, theirs);
  if (base === undefined) throw refused(upstream, 'its history and this one have nothing in common');
  const others = (await sharing.changedPaths(base, ours)).filter((path) => releaseOf(path) === undefined);
  if (others.length === 0) return;
  throw new RelctlError(
    'sharing.other-commits',
    `this branch holds commits that ${upstream.name} does not have, with ${others.length === 1 ? others[0] : `${others.length} other files`}`,
    {
      why: 'relctl pushes its records and nothing else. What was recorded is committed here and not shared yet.',
      hints: [command`git log ${theirs}..HEAD`, 'git push'],
      data: { upstream: upstream.name, paths: others },
    },
  );
}

function noUpstream(remote = '<remote>'): RelctlError {
  return new RelctlError('sharing.no-upstream', 'this branch has no upstream branch to push to', {
    why: '--push shares the record with the others, through the branch that this one follows. It is committed and not shared yet.',
    hints: [command`git push --set-upstream ${remote} HEAD`],
  });
}

function refused(upstream: Upstream, detail: string): RelctlError {
  return new RelctlError('sharing.refused', `${upstream.name} does not take the record: ${detail}`, {
    why: 'What was recorded is committed here and not shared yet.',
    hints: [
      'git push',
      command`git switch -c "<branch>" && git push -u ${upstream.remote} HEAD`,
      'and a merge request, where the branch is protected',
    ],
    data: { upstream: upstream.name, detail },
  });
}

function workTreeInTheWay(upstream: Upstream, ours: string): RelctlError {
  return new RelctlError(
    'sharing.work-tree',
    `${upstream.name} changed files that are also changed here, uncommitted`,
    {
      why: `To go on from it, relctl would write over them. What was recorded is committed in ${ours.slice(0, 12)} and not shared yet.`,
      hints: ['git status', 'git push', 'after you have committed or stashed your changes'],
    },
  );
}
