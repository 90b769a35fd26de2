import { RelctlError } from '../../../errors.ts';
import { ref } from '../../../plan/spec/terms.ts';
import type { Merges } from '../../../ports/repository.ts';
import { cleanLine } from '../../../text/clean.ts';
import { command } from '../../../text/command-line.ts';
import { readAnswer } from '../../release/answers.ts';
import type { Context } from '../../release/context.ts';
import { modeOf } from '../../signing/look.ts';
import { chooseBranches, noSuchBranch } from './branches.ts';
import { type Offer, offersOf } from './offers.ts';
import type { PlanOptions } from './options.ts';

/** What a release brings: from which commit to which, through which branches. */
export interface Candidate {
  /** As it is named in the plan: a tag, a branch or a commit. */
  readonly base: string;
  readonly baseCommit: string;
  readonly commit: string;
  readonly branches: readonly Offer[];
  /** Branch that was moved to the commit, when relctl built it. */
  readonly ref?: string;
}

/** The choice before anything is built. */
export interface CandidateChoice {
  readonly base: string;
  readonly baseCommit: string;
  readonly branches: readonly Offer[];
  /** A commit that exists already. */
  readonly commit?: string;
}

/**
 * Takes base, branches and an existing candidate from the flags, and asks for what is missing.
 * @throws RelctlError `repo.no-such-commit`, `usage.*`, `gate.refused`
 */
export async function chooseCandidate(context: Context, options: PlanOptions): Promise<CandidateChoice> {
  const { repository } = context;
  const asked = await baseAnswer(context, options.base);
  const [baseCommit, commit] = await Promise.all([
    repository.resolve(asked),
    options.candidate === undefined ? undefined : repository.resolve(options.candidate),
  ]);
  // `HEAD~3` is another commit tomorrow, and no name that a plan keeps.
  const base = ref.safeParse(asked).success && !/^(HEAD|@)$/.test(asked) ? asked : baseCommit;
  if (commit !== undefined && options.branches.length === 0) return { base, baseCommit, branches: [], commit };
  const onlyProved = (await modeOf(context, context.config.process)) === 'required';
  const offers = await offersOf(context, baseCommit, options.branches, onlyProved);
  const missing = options.branches.find((name) => offers.every(({ branch }) => branch.name !== name));
  if (missing !== undefined)
    throw noSuchBranch(missing, await offersOf({ repository, sink: context.sink }, baseCommit, [], onlyProved));
  if (offers.length === 0) throw nothingAhead(base);
  const branches = await chooseBranches(context, offers, options.branches, options.exception);
  await refuseStale(context, branches);
  if (commit !== undefined) await refuseUnmerged(context, commit, options.candidate ?? commit, branches);
  return { base, baseCommit, branches, ...(commit === undefined ? {} : { commit }) };
}

/**
 * A branch that others pushed to since it was fetched would ship without what they pushed. Where the remote does not answer, nobody is
 * kept from planning; it is said.
 */
async function refuseStale(
  { repository, sink }: Pick<Context, 'repository' | 'sink'>,
  branches: readonly Offer[],
): Promise<void> {
  const compared = await repository.compareWithRemote(branches.map(({ branch }) => branch));
  if (compared === undefined) return;
  const { remote } = compared;
  const say = (level: 'warning' | 'info', text: string): void => sink.emit({ type: 'note', level, text });
  if ('unreachable' in compared) {
    say('warning', `whether ${remote} has newer commits is not known: ${compared.unreachable}`);
    return;
  }
  for (const name of compared.unpushed)
    say('warning', `${name} has commits that ${remote} does not have: nobody else sees them`);
  if (compared.stale.length === 0) return;
  throw new RelctlError(
    'candidate.stale-branch',
    `${remote} has commits of ${compared.stale.join(', ')} that are not here`,
    {
      why: 'The candidate is built from exact heads: what was pushed meanwhile would be missing from the release.',
      hints: [
        ...compared.stale.map((name) => command`git fetch ${remote} ${`${name}:${name}`}`),
        'where both have commits: merge them on the branch, and push it',
        'for an older state on purpose: --candidate <ref>',
      ],
      data: { remote, branches: compared.stale },
    },
  );
}

/** What production runs now: the flag, or the newest version tag, confirmed where a person sits. */
async function baseAnswer(
  context: Pick<Context, 'prompter' | 'repository' | 'sink'>,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) return given;
  const latest = await context.repository.latestTag();
  if (latest === undefined && (await context.repository.isShallow())) {
    const text = 'this clone is shallow, so that no tag of a release is in it: git fetch --unshallow --tags';
    context.sink.emit({ type: 'note', level: 'warning', text });
  }
  if (latest?.passedOver !== undefined) {
    const text = `base is ${latest.tag}: ${latest.passedOver} was tagged later, of a lower version and on another line; --base ${latest.passedOver} if production runs that`;
    context.sink.emit({ type: 'note', level: 'warning', text });
  }
  if (latest?.packages !== undefined) {
    const [first] = latest.packages;
    const text = `base is ${latest.tag}: packages were tagged later (${latest.packages.slice(0, 3).join(', ')}); ${command`--base ${first ?? ''}`} if production runs that`;
    context.sink.emit({ type: 'note', level: 'warning', text });
  }
  const tag = latest?.tag;
  if (tag !== undefined && !context.prompter.interactive) return tag;
  const question = { message: 'What does production run now (tag, branch or commit)?', flag: '--base <ref>' };
  return readAnswer(context.prompter, tag === undefined ? question : { ...question, default: tag }, async (ref) => {
    await context.repository.resolve(ref);
    return ref;
  });
}

/**
 * Builds the candidate from the chosen branches, unless it exists already. The branch `release/<id>` is moved to it.
 * @throws RelctlError `candidate.clash` with the files that clash
 */
export async function buildCandidate(
  context: Pick<Context, 'repository'>,
  id: string,
  feature: string,
  choice: CandidateChoice,
): Promise<Candidate> {
  const { base, baseCommit, branches } = choice;
  if (choice.commit !== undefined) return { base, baseCommit, branches, commit: choice.commit };
  const heads = branches.map((offer) => offer.branch.head);
  const nameOf = (head: string): string =>
    branches.find((offer) => offer.branch.head === head)?.branch.name ?? head.slice(0, 12);
  const clashes = describeClashes(await context.repository.merges(baseCommit, heads), base, nameOf);
  if (clashes.length > 0) throw clashing(clashes, base, branches);
  // Where a branch is called `release`, none can be called `release/…`.
  const ref = (await context.repository.branchHead('release')) === undefined ? `release/${id}` : `relctl/${id}`;
  const result = await context.repository.buildCandidate({
    base: baseCommit,
    heads,
    branch: ref,
    message: [
      `Release candidate ${id}: ${cleanLine(feature)}`,
      '',
      ...branches.map(({ branch }) => `${branch.name} ${branch.head}`),
    ].join('\n'),
  });
  if (result.ok) return { base, baseCommit, branches, commit: result.commit, ref };
  throw clashing(
    [
      {
        what: `${nameOf(result.head)} and the branches before it`,
        files: result.clashes,
        branches: [...heads.slice(0, heads.indexOf(result.head)), result.head].map(nameOf),
      },
    ],
    base,
    branches,
  );
}

/** What does not merge. */
interface Clash {
  readonly what: string;
  readonly files: readonly string[];
  /** It is settled on the last of them, with those before it, or, where it is the only one, with the base. */
  readonly branches: readonly string[];
}

function describeClashes(merges: Merges, base: string, nameOf: (head: string) => string): readonly Clash[] {
  return [
    ...merges.withBase
      .filter((merge) => merge.clashes.length > 0)
      .map(({ head, clashes }) => ({ what: `${nameOf(head)} and ${base}`, files: clashes, branches: [nameOf(head)] })),
    ...merges.pairs.map(({ heads, clashes }) => ({
      what: heads.map(nameOf).join(' and '),
      files: clashes,
      branches: heads.map(nameOf),
    })),
  ];
}

function clashing(clashes: readonly Clash[], base: string, branches: readonly Offer[]): RelctlError {
  const [first] = clashes;
  const others = first?.branches.slice(0, -1).map((name) => refOf(branches, name)) ?? [];
  return new RelctlError('candidate.clash', `${first?.what} clash in ${first?.files.join(', ')}`, {
    found: clashes.slice(1).map(({ what, files }) => ({
      state: 'failed',
      text: `${what} clash in ${files.join(', ')}`,
    })),
    why: 'The candidate is built without a work tree, so a conflict is resolved on a branch, where it is reviewed.',
    hints: [
      [
        command`git switch ${first?.branches.at(-1) ?? '<branch>'}`,
        ...(others.length === 0 ? [base] : others).map((one) => command`git merge ${one}`),
      ].join(' && '),
      'or leave one of the branches out',
    ],
    data: { clashes },
  });
}

/** A branch in full: a tag of its name would else be merged in its place. */
function refOf(branches: readonly Offer[], name: string): string {
  const onlyAt = branches.find(({ branch }) => branch.name === name)?.branch.onlyAt;
  return onlyAt === undefined ? `refs/heads/${name}` : `refs/remotes/${onlyAt}/${name}`;
}

/** A branch that the plan names must be in the candidate that it names. */
async function refuseUnmerged(
  context: Pick<Context, 'repository'>,
  commit: string,
  shown: string,
  branches: readonly Offer[],
): Promise<void> {
  const ahead = await context.repository.branches(commit, (name) =>
    branches.some((offer) => offer.branch.name === name),
  );
  const missing = branches.find((offer) => ahead.some((branch) => branch.name === offer.branch.name));
  if (missing === undefined) return;
  throw new RelctlError('usage.bad-flag', `the candidate ${shown} does not contain all of ${missing.branch.name}`, {
    why: 'What ships must be what was approved.',
    hints: [
      `leave out --candidate, and relctl builds it from the branches`,
      command`git log ${shown}..${missing.branch.head}`,
    ],
  });
}

function nothingAhead(base: string): RelctlError {
  return new RelctlError('usage.bad-flag', `no branch is ahead of ${base}`, {
    why: 'A release needs at least one branch, or a candidate commit that already exists.',
    hints: ['git fetch --all', '--candidate <ref>   a commit that exists already', '--base <ref>   another base'],
  });
}
