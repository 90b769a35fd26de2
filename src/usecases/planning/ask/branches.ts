import { formatSpan } from '../../../domain/schedule/calendar.ts';
import { RelctlError } from '../../../errors.ts';
import { command } from '../../../text/command-line.ts';
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
  return chosen;
}

async function askBranches(
  context: Context,
  offers: readonly Offer[],
  exception: string | undefined,
): Promise<readonly string[]> {
  const now = context.clock.now();
  const canBePicked = (offer: Offer): boolean => offer.approvedBy.length > 0 || exception !== undefined;
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
    request ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function approvalOf({ approvedBy, outdated }: Offer): string {
  if (approvedBy.length > 0) return `approved by ${approvedBy.join(', ')}`;
  return outdated > 0 ? 'approved only before its latest commits' : 'not approved by anybody';
}

/** A branch that the flags name and that cannot be taken. */
export function noSuchBranch(name: string, offers: readonly Offer[]): RelctlError {
  return new RelctlError('usage.bad-flag', `no local branch "${name}" is ahead of the base`, {
    why: 'The candidate is built from the exact heads of local branches.',
    hints: [
      command`git fetch origin ${name}:${name}`,
      ...offers.map(({ branch, approvedBy }) =>
        approvedBy.length > 0 ? command`--branch ${branch.name}` : command`--branch ${branch.name} (not approved)`,
      ),
    ],
    data: { branch: name, known: offers.map((offer) => offer.branch.name) },
  });
}

function notApproved(unapproved: readonly Offer[]): RelctlError {
  const names = unapproved.map((offer) => offer.branch.name).join(', ');
  return new RelctlError('gate.refused', `plan is refused: ${names} is approved only by its own authors`, {
    why: 'The Product Manager selects approved feature branches.',
    hints: [
      `have it reviewed: a trailer "Approved-by: Name <address>" on one of its commits, by somebody who wrote none of them`,
      'or give a reason that the CAB will read: --exception "<reason>"',
    ],
    data: {
      command: 'plan',
      refusals: unapproved.map(({ branch }) => ({
        gate: 'candidate.approved',
        sentence: `${branch.name} is approved only by its own authors`,
        who: [],
        command: `git commit --allow-empty --trailer "Approved-by: …"`,
        exceptionable: true,
      })),
    },
  });
}
