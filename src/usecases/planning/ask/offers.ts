import { isAmong } from '../../../domain/people/people.ts';
import type { ChangeRequest, Forge } from '../../../ports/forge.ts';
import type { Branch } from '../../../ports/repository.ts';
import type { Context } from '../../release/context.ts';

/** A branch as the Product Manager sees it. */
export interface Offer {
  readonly branch: Branch;
  /** Who approved what the branch is now; its own authors do not count. A login of the forge stands as `@login`. */
  readonly approvedBy: readonly string[];
  /** Address of the merge or pull request. */
  readonly request?: string;
  /** What the automatic checks of the branch's head say, where a forge tells. */
  readonly checks?: ChangeRequest['checks'];
  /** What speaks against taking it as approved. */
  readonly against?: string;
  /** Approvals that stand for an older commit. */
  readonly outdated: number;
  /** Who approved it as trailers of its commits say, where that approves nothing. */
  readonly claimedBy?: readonly string[];
}

/** At most so many branches are asked about at the forge: each takes a call, and the newest come first. */
const ASKED_AT_MOST = 30;

/**
 * The branches that are ahead of a base, each with what its approval rests on: the forge where one answers, and trailers on its commits, which
 * anybody can write.
 * @param wanted names of the branches that the flags name, and then only those; all when empty
 * @param onlyProved true where the company counts only what is proved: then a trailer approves nothing
 */
export async function offersOf(
  context: Pick<Context, 'repository' | 'sink' | 'forge'>,
  base: string,
  wanted: readonly string[],
  onlyProved: boolean,
): Promise<readonly Offer[]> {
  const branches = await context.repository.branches(base, (name) =>
    // The candidates that relctl built are not features.
    wanted.length > 0 ? wanted.includes(name) : !/^(release|relctl)\//.test(name),
  );
  const asked = branches.slice(0, ASKED_AT_MOST);
  const requests = await requestsOf(context, asked, onlyProved);
  return branches.map((branch) => offerOf(branch, requests.get(branch.name), onlyProved));
}

async function requestsOf(
  { forge, sink }: Pick<Context, 'forge' | 'sink'>,
  branches: readonly Branch[],
  onlyProved: boolean,
): Promise<ReadonlyMap<string, ChangeRequest>> {
  const found = new Map<string, ChangeRequest>();
  if (forge === undefined || branches.length === 0) return found;
  const [first, ...others] = branches;
  const reason = first === undefined ? undefined : await note(forge, first.name, found);
  if (reason !== undefined) {
    const instead = onlyProved
      ? 'no approval of a branch is proved'
      : 'who approved a branch is taken from trailers of its commits, such as Reviewed-by';
    sink.emit({ type: 'note', level: 'info', text: `no merge request was read (${reason}): ${instead}` });
    return found;
  }
  await Promise.all(others.map((branch) => note(forge, branch.name, found)));
  return found;
}

/** Asks the forge about one branch; returns why it does not answer. */
async function note(forge: Forge, name: string, found: Map<string, ChangeRequest>): Promise<string | undefined> {
  const answer = await forge.request(name);
  if (!answer.available) return answer.reason;
  if (answer.request !== undefined) found.set(name, answer.request);
  return undefined;
}

function offerOf(branch: Branch, request: ChangeRequest | undefined, onlyProved: boolean): Offer {
  const authors = branch.authors ?? [branch.author];
  const byTrailer = branch.approvedBy.filter((person) => !isAmong(authors, person));
  const isCurrent = request?.head === branch.head;
  const against = objectionOf(request);
  const standing = (request?.approvals ?? []).filter(
    ({ login }) => login !== request?.author && !request?.authors.includes(login),
  );
  // A request for another commit than the branch stands at says nothing about this one.
  const current = standing.filter(({ commit }) => isCurrent && (commit === undefined || commit === branch.head));
  return {
    branch,
    approvedBy:
      against === undefined ? [...(onlyProved ? [] : byTrailer), ...current.map(({ login }) => `@${login}`)] : [],
    outdated: standing.length - current.length,
    ...(onlyProved ? { claimedBy: byTrailer } : {}),
    ...(against === undefined ? {} : { against }),
    ...(request === undefined ? {} : { request: request.url }),
    ...(isCurrent && request !== undefined ? { checks: request.checks } : {}),
  };
}

/** Why what the forge says of a request speaks against the branch as it is, whoever approved it. */
function objectionOf(request: ChangeRequest | undefined): string | undefined {
  if (request === undefined) return undefined;
  if (request.state === 'draft') return 'its request is still a draft';
  if (request.state === 'closed') return 'its request was closed without a merge';
  return request.objections.length === 0 ? undefined : `changes are requested by ${request.objections.join(', ')}`;
}
