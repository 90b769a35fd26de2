import { RelctlError } from '../../../errors.ts';
import { command } from '../../../text/command-line.ts';
import { formatSpan } from '../../../text/figures.ts';
import { plural } from '../../../text/plural.ts';
import type { Context } from '../../release/context.ts';
import type { Offer } from './offers.ts';

/**
 * The branches of the release: those that the flags name, or a choice in which unapproved ones cannot be picked.
 * @throws RelctlError `usage.bad-flag`, `usage.missing-answer`, `gate.refused` for an unapproved branch without an exception
 */
export async function chooseBranches(
  context: Context,
  offers: readonly Offer[],
  wanted: readonly string[],
  exception: string | undefined,
): Promise<readonly Offer[]> {
  const names = wanted.length > 0 ? wanted : await askBranches(context, offers, exception);
  const chosen = [...new Set(names)].flatMap((name) => offers.filter(({ branch }) => branch.name === name));
  const unapproved = chosen.filter((offer) => offer.approvedBy.length === 0);
  if (unapproved.length > 0 && exception === undefined) throw notApproved(unapproved);
  for (const { branch } of chosen.filter(({ checks }) => checks === 'failing'))
    context.sink.emit({ type: 'note', level: 'warning', text: `the automatic checks of ${branch.name} fail` });
  return chosen;
}

async function askBranches(
  context: Pick<Context, 'clock' | 'prompter'>,
  offers: readonly Offer[],
  exception: string | undefined,
): Promise<readonly string[]> {
  const now = context.clock.now();
  const canBePicked = (offer: Offer): boolean => offer.approvedBy.length > 0 || exception !== undefined;
  // A list in which nothing can be picked would leave a person without a way on.
  if (context.prompter.interactive && !offers.some(canBePicked)) throw notApproved(offers);
  return context.prompter.selectMany({
    message: 'Which branches does the release contain?',
    flag: '--branch <name>',
    min: 1,
    choices: [...offers.filter(canBePicked), ...offers.filter((offer) => !canBePicked(offer))].map((offer) => ({
      value: offer.branch.name,
      label: `${offer.branch.name}  ${describeOffer(offer, now)}`,
      hint: approvalOf(offer),
      ...(canBePicked(offer) ? {} : { disabled: '(not approved)' }),
    })),
  });
}

/** Author, age, commits and size of a branch in one line. */
function describeOffer({ branch, checks, request }: Offer, now: number): string {
  const { size } = branch;
  return [
    branch.author,
    `${formatSpan(now - branch.committedAt)
      .split(' ')
      .slice(0, 2)
      .join(' ')} old`,
    `${plural(branch.commits, 'commit')}`,
    size === undefined ? '' : `${plural(size.files, 'file')} +${size.insertions} -${size.deletions}`,
    checks === undefined ? '' : `checks ${checks}`,
    branch.onlyAt === undefined ? '' : `only at ${branch.onlyAt}`,
    request ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function approvalOf({ branch, approvedBy, against, outdated, claimedBy }: Offer): string {
  if (against !== undefined) return against;
  if (approvedBy.length > 0) return `approved by ${approvedBy.join(', ')}`;
  if (outdated > 0) return 'approved only before its latest commits';
  if (claimedBy !== undefined && claimedBy.length > 0)
    return `approved by ${claimedBy.join(', ')} as its commits say, which anybody can write`;
  return branch.approvedBy.length > 0 ? 'approved only by its own authors' : 'not approved by anybody';
}

/** A branch that the flags name and that cannot be taken. */
export function noSuchBranch(name: string, offers: readonly Offer[]): RelctlError {
  return new RelctlError('usage.bad-flag', `no branch "${name}" is ahead of the base`, {
    why: 'The candidate is built from the exact heads of branches that are here, or were fetched.',
    hints: [
      'git fetch --all',
      ...offers.map(({ branch, approvedBy }) =>
        approvedBy.length > 0 ? command`--branch ${branch.name}` : `${command`--branch ${branch.name}`}   not approved`,
      ),
    ],
    data: { branch: name, known: offers.map((offer) => offer.branch.name) },
  });
}

function notApproved(unapproved: readonly Offer[]): RelctlError {
  const sentences = unapproved.map((offer) => `${offer.branch.name}: ${approvalOf(offer)}`);
  return new RelctlError('gate.refused', `plan is refused: ${sentences.join('; ')}`, {
    why: 'The Product Manager selects approved feature branches, and nobody approves what they wrote.',
    hints: [
      ...unapproved.flatMap(({ branch, claimedBy }) => (claimedBy === undefined ? [approving(branch.name)] : [])),
      unapproved.every(({ claimedBy }) => claimedBy === undefined)
        ? 'by somebody who wrote none of it; or they approve the merge request at the forge'
        : 'somebody who wrote none of it approves the merge request at the forge (forge in relctl.yaml)',
      '--exception "<reason>"   with a reason that the CAB will read',
    ],
    data: {
      command: 'plan',
      refusals: unapproved.map((offer) => ({
        gate: 'candidate.approved',
        sentence: `${offer.branch.name}: ${approvalOf(offer)}`,
        who: [],
        command: offer.claimedBy === undefined ? approving(offer.branch.name) : 'relctl doctor',
        exceptionable: true,
      })),
    },
  });
}

/** How a reviewer approves a branch where there is no forge, and is back where relctl.yaml is. */
function approving(branch: string): string {
  return command`git switch ${branch} && git commit --allow-empty -m "Approve" --trailer "Approved-by: <address>" && git switch -`;
}
