import { RelctlError } from '../../errors.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { ballotBox, ballotSubject, boxMark } from './box.ts';

/** The branch whose request is the ballot: the one that this clone is on, by its name at the remote. */
export async function ballotBranch(context: Pick<Context, 'repository'>): Promise<string | undefined> {
  const upstream = await context.repository.sharing.upstream();
  return upstream?.branch.replace(/^refs\/heads\//, '');
}

/**
 * Puts the ballot on the request where the policy takes votes from the forge. The submission does not fail by it: `relctl collect` puts it there as
 * well.
 * @returns its address
 */
export async function postBallot(context: Context, release: Release): Promise<string | undefined> {
  const { ballots } = context;
  const subject = ballotSubject(release);
  const isAccepted = release.policy.signing.accepts.cab.includes('forge');
  if (ballots === undefined || subject === undefined || !isAccepted || context.environments.simulated) return undefined;
  try {
    const branch = await ballotBranch(context);
    if (branch === undefined) return undefined;
    const { id } = release.journal.plan;
    return (await ballots.post(branch, boxMark(id), await ballotBox(context, release, subject))).url;
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const text = `the ballot is not on the request yet: ${error.message}`;
    context.sink.emit({ type: 'note', level: 'warning', text });
    return undefined;
  }
}
