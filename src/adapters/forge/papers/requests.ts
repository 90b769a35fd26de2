import type { BallotPaper, PapersAnswer } from '../../../ports/forge.ts';

/** A request of a branch, as far as it matters which of several is the ballot. */
export interface KnownRequest {
  readonly url: string;
  readonly number: number;
  readonly head: string;
  readonly author: string;
  readonly isOpen: boolean;
  readonly isMerged: boolean;
  /** When anything happened on it last, RFC 3339. */
  readonly updatedAt: string;
}

/** The open request that was opened first: whoever may push can open a second one. */
export function ballotOf<T extends Pick<KnownRequest, 'number' | 'isOpen'>>(requests: readonly T[]): T | undefined {
  return requests.filter((one) => one.isOpen).sort((one, other) => one.number - other.number)[0];
}

/**
 * True where a list of the requests that were touched last holds all that have to be read: it goes back to before a time, so that nobody pushes a
 * request out of it by opening others. Of those that are open none may be left out.
 * @param listed newest first, as far as the forge gave them
 */
export function goesBackTo(
  listed: readonly Pick<KnownRequest, 'isOpen' | 'updatedAt'>[],
  since: string | undefined,
): boolean {
  const oldest = listed.at(-1)?.updatedAt;
  return since !== undefined && oldest !== undefined && Date.parse(oldest) < Date.parse(since);
}

/** The request that was merged last, where none is open: what is said of a release is said there until its review has closed it. */
function mergedOf(requests: readonly KnownRequest[]): KnownRequest | undefined {
  return requests.filter((one) => one.isMerged).sort((one, other) => other.number - one.number)[0];
}

/**
 * The papers of a branch: those of all requests that are open, and of those that ended and on which anything happened since a time. What somebody
 * said on a request that another closed, or opened a second one beside, is still said. Where none is open, the one that was merged last is the ballot.
 */
export async function papersOf(
  requests: readonly KnownRequest[],
  since: string | undefined,
  read: (number: number) => Promise<readonly BallotPaper[]>,
): Promise<PapersAnswer> {
  const open = ballotOf(requests);
  const ballot = open ?? mergedOf(requests);
  if (ballot === undefined) return { available: true, papers: [] };
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  const isRead = (one: KnownRequest) => one.isOpen || (since !== undefined && Date.parse(one.updatedAt) >= from);
  const papers: BallotPaper[] = [];
  for (const one of requests.filter(isRead)) {
    const found = await read(one.number);
    if (one.number === ballot.number) papers.push(...found);
    // What was said elsewhere before that time was an answer to something else.
    else
      papers.push(
        ...found.filter(({ at }) => !(Date.parse(at) < from)).map((paper) => ({ ...paper, opener: one.author })),
      );
  }
  const { url, number, head, author } = ballot;
  const sorted = requests.length === 1 ? papers : papers.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const request = { url, number, head, author, ...(open === undefined ? { isMerged: true as const } : {}) };
  return { available: true, request, papers: sorted };
}
