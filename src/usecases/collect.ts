import { type BallotSubject, ballotNumber } from '../domain/ballot/ballot.ts';
import { type CastVote, countPapers, type RefusedPaper } from '../domain/ballot/count.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { seatFor } from '../domain/people/delegates.ts';
import { samePerson, votingBoard } from '../domain/people/people.ts';
import { nextActions } from '../domain/process/process.ts';
import { forgeProofOf } from '../domain/signing/acts.ts';
import { RelctlError } from '../errors.ts';
import { countedEvents } from '../plan/counted.ts';
import { sha256 } from '../plan/digest.ts';
import type { EventData } from '../plan/events.ts';
import { forgeWord, isForge } from '../plan/forge.ts';
import { parseReleasePlan } from '../plan/release-plan.ts';
import type { Ballots, PapersAnswer } from '../ports/forge.ts';
import type { Evidence } from '../ports/plan-store.ts';
import { command } from '../text/command-line.ts';
import { ballotBox, ballotSubject, boxMark } from './ballot/box.ts';
import { ballotBranch } from './ballot/post.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openForCommand, openRelease, type Release } from './release/open.ts';
import { subjectOf } from './release/subject.ts';
import { findProtectedBranch, forgePeopleAt, policyAt, votingForge } from './signing/trust.ts';
import { readCondition, recordVote } from './signoff/vote.ts';

/** What the command may be asked. */
export interface CollectOptions {
  /** The branch whose request is the ballot; that of this clone when left out. */
  readonly branch?: string;
}

type Request = NonNullable<Extract<PapersAnswer, { readonly available: true }>['request']>;

/**
 * Reads the reviews on the request that carries the plan and records the votes among them, each in the name of its person and signed by
 * whoever collects. What is not counted is said on the request, with the reason.
 */
export async function collect(context: Context, id: string, options: CollectOptions): Promise<Outcome> {
  const release = await openRelease(context, id);
  await flushOutbox(context, release);
  const people = await acceptedPeople(context, release.journal.plan.metadata.process);
  const subject = ballotSubject(release);
  if (subject === undefined || release.journal.state.phase !== 'submitted') return nothingToVoteOn(context, release);
  const { ballots } = context;
  if (ballots === undefined) throw noForge();
  const endpoint = await trustedEndpoint(context, ballots);
  const branch = options.branch ?? (await ballotBranch(context));
  if (branch === undefined) throw noBranch(id);
  const answer = await ballots.papers(branch);
  if (!answer.available) throw unread(answer.reason, id);
  const { request } = answer;
  if (request === undefined) throw unread(`nobody opened a request of the branch ${branch}`, id);
  const papers = answer.papers.filter((paper) => !paper.text.includes(boxMark(id)));
  const { votes, refused } = countPapers(papers, subject, people, request.author);
  const fresh = votes.filter(({ paper }) => !isRecorded(release, subject, paper));
  const kept = fresh.length === 0 ? undefined : await keepAnswer(context, id, request, papers);
  const recorded: string[] = [];
  // What was recorded stays the person's word: many forges dismiss every review at the next push, that of the records too.
  const objections: RefusedPaper[] = refused.filter(({ paper }) => !isRecorded(release, subject, paper));
  for (const vote of fresh) {
    const reason = await record(context, id, { vote, subject, request, endpoint, answer: kept as Evidence });
    if (reason === undefined) recorded.push(vote.person);
    else objections.push({ paper: vote.paper, reason });
  }
  const now = await openRelease(context, id);
  const box = await ballots.post(branch, boxMark(id), await ballotBox(context, now, subject, objections));
  return collected(context, now, { recorded, objections, url: box.url });
}

/** Votes of a forge count only where the policy on the protected branch says so, and only of people whom that branch names. */
async function acceptedPeople(context: Context, process: string): Promise<ReadonlyMap<string, string>> {
  const { protectedBranch } = await context.signing();
  const tip = await findProtectedBranch(protectedBranch);
  const read = tip === undefined ? undefined : await policyAt(protectedBranch, tip.commit, process);
  if (tip !== undefined && read?.policy.signing.accepts.cab.includes('forge') === true) {
    return forgePeopleAt(protectedBranch, tip.commit, read.policy);
  }
  throw new RelctlError(
    'gate.refused',
    `the policy of ${process} on ${tip?.name ?? 'the protected branch'} takes no votes from a forge`,
    {
      why: 'What proves an approval is decided on the branch that nobody changes without a review.',
      hints: ['signing: { accepts: { cab: [ssh, forge] } } in the policy, merged; docs/forge-votes.md'],
    },
  );
}

/** Nothing is signed of what another server says than the one that the protected branch names. */
async function trustedEndpoint(context: Context, ballots: Ballots): Promise<string> {
  const { protectedBranch } = await context.signing();
  const [endpoint, settings] = [await ballots.endpoint(), await votingForge(protectedBranch, undefined)];
  if (isForge(settings, endpoint)) return endpoint;
  const named = settings === undefined ? 'none' : forgeWord(settings);
  throw new RelctlError(
    'gate.refused',
    `votes would be read from ${endpoint}, and the protected branch names ${named}`,
    {
      place: { file: 'relctl.yaml' },
      why: 'Whoever may push could else name a server of their own, and what it says would be signed.',
      hints: ['forge: { … } in relctl.yaml, merged into the protected branch; docs/forge-votes.md'],
    },
  );
}

/** True when a review is recorded on this ballot by an event that holds: what somebody wrote under its number keeps no vote from being taken in. */
function isRecorded({ journal, signing }: Release, subject: BallotSubject, paper: CastVote['paper']): boolean {
  const { examination } = signing;
  return countedEvents(journal.plan.events).some((event) => {
    const proof = forgeProofOf(event);
    const holds = examination === undefined || examination.signed.has(event.hash);
    return holds && proof?.review === paper.id && proof.ballot === ballotNumber(subject);
  });
}

async function keepAnswer(
  context: Context,
  id: string,
  request: Request,
  papers: readonly unknown[],
): Promise<Evidence> {
  const content = `${JSON.stringify({ request, papers }, null, 2)}\n`;
  return context.store.keep(id, `ballots-${sha256(content).slice(0, 16)}.json`, content);
}

interface Taking {
  readonly vote: CastVote;
  readonly subject: BallotSubject;
  readonly request: Request;
  readonly endpoint: string;
  readonly answer: Evidence;
}

/** Records one vote in the name of its person; the reason where it is refused, which keeps no other vote from being recorded. */
async function record(context: Context, id: string, taking: Taking): Promise<string | undefined> {
  const asPerson = { ...context, actor: taking.vote.person };
  try {
    const release = await openForCommand(asPerson, id, 'signoff cab', undefined);
    await requireSameText(context, release, taking.vote);
    await recordVote(asPerson, release, voteOf(asPerson, release, context.actor, taking));
    return undefined;
  } catch (error) {
    const isAboutIt =
      error instanceof RelctlError && ['gate.refused', 'usage.bad-flag', 'repo.no-such-commit'].includes(error.code);
    if (isAboutIt) return error.message;
    // A collector whose key does not count fails as a whole: no vote could be recorded.
    throw error;
  }
}

/** The plan at the commit that was reviewed is the plan that was submitted, to the byte above its status. */
async function requireSameText(context: Context, release: Release, { paper }: CastVote): Promise<void> {
  const { plan } = release.journal;
  const text = await context.repository.fileAt(paper.commit ?? '', plan.file);
  const seen = text === undefined ? undefined : parseReleasePlan(new TextEncoder().encode(text), plan.file, plan.id);
  if (seen?.specDigest === plan.specDigest && seen.textDigest === plan.textDigest) return;
  throw new RelctlError(
    'gate.refused',
    `commit ${paper.commit?.slice(0, 12)}, which was reviewed, holds another text of the plan`,
    {
      why: 'A vote is bound to the exact text that was read.',
      hints: [command`git diff ${paper.commit ?? ''} -- ${plan.file}`],
    },
  );
}

function voteOf(
  context: Context,
  release: Release,
  collectedBy: string,
  { vote: { paper, person, vote }, subject, request, endpoint, answer }: Taking,
): EventData<'cab.voted'> {
  const { plan, state } = release.journal;
  const board = votingBoard(plan.spec, state.authors, release.policy);
  const seat = seatFor(release.policy, plan.spec, 'cab', board, person, context.clock.now());
  const { conditions, ...said } = vote;
  return {
    ...subjectOf(plan),
    ...(seat === undefined || samePerson(seat, person) ? {} : { onBehalfOf: seat }),
    round: subject.round,
    ...said,
    conditions: conditions.map((one) => readCondition(one, plan.spec.window, context.clock.now())),
    authenticatedBy: {
      kind: 'forge',
      forge: new URL(request.url).host,
      login: paper.login,
      review: paper.id,
      url: paper.url,
      at: paper.at,
      commit: paper.commit ?? '',
      ballot: ballotNumber(subject),
      endpoint,
      collectedBy,
      answer,
    },
  };
}

function collected(
  context: Context,
  release: Release,
  {
    recorded,
    objections,
    url,
  }: { readonly recorded: readonly string[]; readonly objections: readonly RefusedPaper[]; readonly url: string },
): Outcome {
  const { plan, state } = release.journal;
  const votes = state.cab?.votes ?? [];
  return {
    result: 'done',
    headline:
      recorded.length === 0
        ? `nobody has voted on ${plan.id} since`
        : `${recorded.length} new votes on ${plan.id}: ${recorded.join(', ')}`,
    blocks: [
      {
        kind: 'checks',
        checks: [
          ...votes.map(({ actor, data }) => ({
            state: 'ok' as const,
            text: `${actor} ${data.decision === 'go' ? 'Go' : 'No-Go'}`,
            detail: data.comment,
          })),
          ...objections.map(({ paper, reason }) => ({
            state: 'warning' as const,
            text: `${paper.login} is not counted`,
            detail: `${reason} (${paper.url})`,
          })),
        ],
      },
      { kind: 'facts', facts: [['ballot', url]] },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: plan.id,
      phase: state.phase,
      recorded: [...recorded],
      refused: objections.map(({ paper, reason }) => ({
        login: paper.login,
        review: paper.id,
        url: paper.url,
        reason,
      })),
      ballot: url,
    },
    simulated: context.environments.simulated,
  };
}

function nothingToVoteOn(context: Context, release: Release): Outcome {
  const { plan, state } = release.journal;
  return {
    result: 'done',
    headline: `${plan.id} is not with the board, so nobody votes on it`,
    blocks: [{ kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: plan.id, phase: state.phase, recorded: [], refused: [] },
    simulated: context.environments.simulated,
  };
}

function noForge(): RelctlError {
  return new RelctlError('config.invalid', 'relctl knows no forge of this repository', {
    place: { file: 'relctl.yaml' },
    why: 'Votes are read from the request that carries the plan.',
    hints: ['forge: { kind: gitea, api: https://git.example.com, repository: shop/web } in relctl.yaml'],
  });
}

function noBranch(id: string): RelctlError {
  return new RelctlError(
    'usage.missing-answer',
    'this clone is on no branch with an upstream, so which request is it?',
    {
      why: 'The request that carries the plan is the ballot.',
      hints: [command`relctl collect ${id} --branch <branch of the request>`],
    },
  );
}

function unread(reason: string, id: string): RelctlError {
  return new RelctlError('forge.failed', `the request was not read: ${reason}`, {
    why: 'No vote was recorded.',
    hints: [command`relctl collect ${id}`, 'relctl doctor'],
  });
}
