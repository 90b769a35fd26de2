import type { RefusedPaper } from '../../domain/ballot/count.ts';
import { RelctlError } from '../../errors.ts';
import type { Ballots } from '../../ports/forge.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { type BoxKind, boxMark, boxOf, boxText } from './box.ts';
import { type ForgeActs, forgeActs, questionsOf } from './questions.ts';

/** The branch whose request is the ballot: the one that this clone is on, by its name at the remote. */
export async function ballotBranch(context: Pick<Context, 'repository'>): Promise<string | undefined> {
  const upstream = await context.repository.sharing.upstream();
  return upstream?.branch.replace(/^refs\/heads\//, '');
}

/** Where a text was put. */
export interface PostedBox {
  readonly kind: BoxKind;
  readonly url: string;
}

/** Puts what is asked now on the request, each text in the place of the one before. */
export async function postBoxes(
  context: Context,
  release: Release,
  on: {
    readonly ballots: Ballots;
    readonly branch: string;
    readonly acts: ForgeActs;
    /** Texts that are written anew although nothing is asked in them any more. */
    readonly kinds?: readonly BoxKind[];
    readonly refused?: readonly RefusedPaper[];
  },
): Promise<readonly PostedBox[]> {
  const { id } = release.journal.plan;
  const questions = await questionsOf(context, release, on.acts);
  const kinds = new Set([...questions.map(({ form }) => boxOf(form.act)), ...(on.kinds ?? [])]);
  const posted: PostedBox[] = [];
  for (const kind of kinds) {
    const own = questions.filter(({ form }) => boxOf(form.act) === kind);
    const text = await boxText(context, release, kind, own, on.refused);
    posted.push({ kind, url: (await on.ballots.post(on.branch, boxMark(id, kind), text)).url });
  }
  return posted;
}

/**
 * Puts what is asked on the request where the policy takes answers from the forge. What was done does not fail by it: `relctl collect` puts it there
 * as well.
 * @returns the addresses as facts
 */
export async function postedFacts(context: Context, release: Release): Promise<readonly (readonly [string, string])[]> {
  const { ballots } = context;
  const acts = forgeActs(release.policy);
  if (ballots === undefined || acts.length === 0 || context.environments.simulated) return [];
  try {
    const branch = await ballotBranch(context);
    if (branch === undefined) return [];
    return boxFacts(await postBoxes(context, release, { ballots, branch, acts }));
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const text = `what is asked is not on the request yet: ${error.message}`;
    context.sink.emit({ type: 'note', level: 'warning', text });
    return [];
  }
}

/** Where people answer, as facts. */
export function boxFacts(boxes: readonly PostedBox[]): readonly (readonly [string, string])[] {
  return boxes.map(({ kind, url }) => [FACT_NAMES[kind], url] as const);
}

const FACT_NAMES: Readonly<Record<BoxKind, string>> = {
  branches: 'choice of branches',
  votes: 'ballot',
  'sign-offs': 'sign-offs',
  product: 'success and review',
};
