import type { Asked } from '../domain/ballot/answer.ts';
import { type CastAnswer, countPapers, type RefusedPaper } from '../domain/ballot/count.ts';
import { doubtedAnswers } from '../domain/ballot/doubted.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import { forgeProofOf } from '../domain/signing/acts.ts';
import { RelctlError } from '../errors.ts';
import { countedEvents } from '../plan/counted.ts';
import { sha256 } from '../plan/digest.ts';
import type { BallotPaper } from '../ports/forge.ts';
import type { Evidence } from '../ports/plan-store.ts';
import { command } from '../text/command-line.ts';
import { plural } from '../text/plural.ts';
import { acceptedOnForge, trustedEndpoint } from './ballot/accepted.ts';
import { type BoxKind, boxOf, isBox } from './ballot/box.ts';
import { ballotBranch, boxFacts, type PostedBox, postBoxes } from './ballot/post.ts';
import { questionsOf } from './ballot/questions.ts';
import { type Request, type Taking, takeIn } from './ballot/take.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openRelease, type Release } from './release/open.ts';

/** What the command may be asked. */
export interface CollectOptions {
  /** The branch whose request is the ballot; that of this clone when left out. */
  readonly branch?: string;
  /** Globs of JUnit reports of the regression run, which a sign-off of QA needs. */
  readonly junit?: readonly string[];
}

/**
 * Reads the reviews on the request that carries the plan and records what is answered there: the choice of branches, votes, sign-offs, conditions that are
 * met, values of success metrics and the review, each in the name of its person and signed by whoever collects. What is not counted is said on the request, with the reason.
 */
export async function collect(context: Context, id: string, options: CollectOptions): Promise<Outcome> {
  const release = await openRelease(context, id);
  await flushOutbox(context, release);
  const { acts, people } = await acceptedOnForge(context, release.journal.plan.metadata.process);
  const questions = await questionsOf(context, release, acts);
  if (questions.length === 0) return nothingAsked(context, release);
  const { ballots } = context;
  if (ballots === undefined) throw noForge();
  const endpoint = await trustedEndpoint(context, ballots);
  const branch = options.branch ?? (await ballotBranch(context));
  if (branch === undefined) throw noBranch(id);
  const answer = await ballots.papers(branch, release.journal.state.cab?.submittedAt);
  if (!answer.available) throw unread(answer.reason, id);
  const { request } = answer;
  if (request === undefined) throw unread(`nobody opened a request of the branch ${branch}`, id);
  const papers = answer.papers.filter((paper) => paper.isOwn !== true || !isBox(paper.text, id));
  const { answers, refused } = countPapers(papers, questions, people, request.author, release.policy);
  const fresh = answers.filter(({ paper }) => !isRecorded(release, questions, paper));
  const keep = () => keepAnswer(context, id, request, papers);
  const recorded: CastAnswer[] = [];
  // What was recorded stays the person's word: many forges dismiss every review at the next push, that of the records too.
  const objections: RefusedPaper[] = refused.filter(({ paper }) => !isRecorded(release, questions, paper));
  for (const cast of fresh) {
    const taking = { cast, request, endpoint, keep, junit: options.junit ?? [] };
    const reason = await takeIn(context, id, taking);
    if (reason === undefined) recorded.push(cast);
    else objections.push({ paper: cast.paper, reason });
  }
  const edited = await doubted(context, id, {
    papers,
    questions,
    people,
    taking: { request, endpoint, keep, junit: [] },
  });
  const now = await openRelease(context, id);
  const kinds = questions.map(({ form }) => boxOf(form.act));
  // On a request that is merged nothing is asked any more; what is still said there is read.
  const boxes =
    request.isMerged === true
      ? []
      : await postBoxes(context, now, { ballots, branch, acts, kinds, refused: objections });
  const others = objections.filter(({ paper }) => !edited.some((one) => one.paper === paper));
  return collected(context, now, { recorded, objections: [...others, ...edited], edited, boxes });
}

interface Doubting {
  readonly papers: readonly BallotPaper[];
  readonly questions: readonly Asked[];
  readonly people: ReadonlyMap<string, string>;
  readonly taking: Omit<Taking, 'cast'>;
}

/** What was edited after a yes is recorded as a no, so that nothing goes forward on the yes; those that could not be recorded keep the command failing. */
async function doubted(
  context: Context,
  id: string,
  { papers, questions, people, taking }: Doubting,
): Promise<readonly RefusedPaper[]> {
  const { journal, policy } = await openRelease(context, id);
  const { state } = journal;
  const passed = [state.signoffs.qa, state.signoffs.ops].flatMap((one) => one ?? []);
  const standing = [
    ...(state.cab?.votes ?? []).filter((vote) => vote.data.decision === 'go'),
    ...passed.filter((one) => one.data.decision === 'pass'),
  ];
  const found: RefusedPaper[] = [];
  for (const cast of doubtedAnswers(papers, standing, questions, people, policy)) {
    const reason = await takeIn(context, id, { ...taking, cast });
    found.push({ paper: cast.paper, reason: reason ?? 'it was edited after a yes, and counts as a no' });
  }
  return found;
}

/** True when a review is recorded on one of these forms by an event that holds: what somebody wrote under its number keeps no answer from being taken in. */
function isRecorded({ journal, signing }: Release, questions: readonly Asked[], paper: CastAnswer['paper']): boolean {
  const { examination } = signing;
  const numbers = questions.map(({ form }) => form.number);
  return countedEvents(journal.plan.events).some((event) => {
    const proof = forgeProofOf(event);
    const holds = examination === undefined || examination.signed.has(event.hash);
    return holds && proof?.review === paper.id && numbers.includes(proof.ballot);
  });
}

async function keepAnswer(
  context: Pick<Context, 'store'>,
  id: string,
  request: Request,
  papers: readonly unknown[],
): Promise<Evidence> {
  const content = `${JSON.stringify({ request, papers }, null, 2)}\n`;
  return context.store.keep(id, `ballots-${sha256(content).slice(0, 16)}.json`, content);
}

const BOX_KEYS: Readonly<Record<BoxKind, string>> = {
  branches: 'branches',
  votes: 'ballot',
  'sign-offs': 'signoffs',
  product: 'product',
};

interface Collected {
  readonly recorded: readonly CastAnswer[];
  readonly objections: readonly RefusedPaper[];
  /** Of these, what was edited after its author had said yes: it may have been a no. */
  readonly edited: readonly RefusedPaper[];
  readonly boxes: readonly PostedBox[];
}

function collected(
  context: Pick<Context, 'environments'>,
  release: Release,
  { recorded, objections, edited, boxes }: Collected,
): Outcome {
  const { plan, state } = release.journal;
  const people = recorded.map(({ person }) => person);
  const unsure = [...new Set(edited.map(({ paper }) => paper.login))].join(', ');
  return {
    result: edited.length === 0 ? 'done' : 'failed',
    headline:
      edited.length > 0
        ? `what ${unsure} wrote on ${plan.id} was edited, and may have been a no: it counts as one until it is said anew`
        : people.length === 0
          ? `nobody has answered on ${plan.id} since`
          : `${plural(people.length, 'new answer')} on ${plan.id}: ${people.join(', ')}`,
    blocks: [
      {
        kind: 'checks',
        checks: [
          ...standing(release),
          ...objections.map(({ paper, reason }) => ({
            state: 'warning' as const,
            text: `${paper.login} is not counted`,
            detail: `${reason} (${paper.url})`,
          })),
        ],
      },
      { kind: 'facts', facts: boxFacts(boxes) },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: plan.id,
      phase: state.phase,
      recorded: people,
      answers: recorded.map(({ person, answer: { act } }) => ({ person, act })),
      refused: objections.map(({ paper, reason }) => ({
        login: paper.login,
        review: paper.id,
        url: paper.url,
        reason,
      })),
      ...Object.fromEntries(boxes.map(({ kind, url }) => [BOX_KEYS[kind], url])),
    },
    simulated: context.environments.simulated,
  };
}

/** Who has said what by now, wherever they said it. */
function standing({ journal: { state } }: Release) {
  const votes = (state.cab?.votes ?? []).map(({ actor, data }) => ({
    text: `${actor} ${data.decision === 'go' ? 'Go' : 'No-Go'}`,
    detail: data.comment,
  }));
  const signed = [state.signoffs.qa, state.signoffs.ops].flatMap((one) =>
    one === undefined
      ? []
      : [
          {
            text: `${one.actor} ${one.data.role === 'qa' ? 'QA' : 'Operations'}: ${one.data.decision === 'pass' ? 'Pass' : 'Reject'}`,
            detail: one.data.comment,
          },
        ],
  );
  const held = state.review === undefined ? [] : [state.review];
  const reviews = held.map(({ actor, data }) => ({
    text: `${actor} review: ${data.outcome}`,
    detail: data.comment ?? '',
  }));
  return [...votes, ...signed, ...reviews].map((one) => ({ state: 'ok' as const, ...one }));
}

function nothingAsked(context: Pick<Context, 'environments'>, release: Release): Outcome {
  const { plan, state } = release.journal;
  return {
    result: 'done',
    headline: `nobody is asked anything of ${plan.id} on its request now`,
    blocks: [{ kind: 'next', actions: nextActions(release.facts()) }],
    data: { release: plan.id, phase: state.phase, recorded: [], refused: [] },
    simulated: context.environments.simulated,
  };
}

function noForge(): RelctlError {
  return new RelctlError('config.invalid', 'relctl knows no forge of this repository', {
    place: { file: 'relctl.yaml' },
    why: 'Votes and sign-offs are read from the request that carries the plan.',
    hints: ['forge: { kind: gitea, api: https://git.example.com, repository: shop/web } in relctl.yaml'],
  });
}

function noBranch(id: string): RelctlError {
  return new RelctlError(
    'usage.missing-answer',
    'this clone is on no branch with an upstream, so which request is it?',
    {
      why: 'The request that carries the plan is the ballot.',
      hints: [command`relctl collect ${id} --branch "<branch of the request>"`],
    },
  );
}

function unread(reason: string, id: string): RelctlError {
  return new RelctlError('forge.failed', `the request was not read: ${reason}`, {
    why: 'Nothing was recorded.',
    hints: [command`relctl collect ${id}`, 'relctl doctor'],
  });
}
