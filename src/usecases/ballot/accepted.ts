import { RelctlError } from '../../errors.ts';
import { forgeWord, isForge } from '../../plan/forge.ts';
import type { Ballots } from '../../ports/forge.ts';
import type { Context } from '../release/context.ts';
import { findProtectedBranch, forgePeopleAt, policyAt, votingForge } from '../signing/trust.ts';
import { type ForgeActs, forgeActs } from './questions.ts';

/** What the protected branch says of answers on a forge. */
export interface Accepted {
  readonly acts: ForgeActs;
  /** Person by login, in lower case. */
  readonly people: ReadonlyMap<string, string>;
}

/**
 * What is given on a forge counts only where the policy on the protected branch says so, and only of people whom that branch names.
 * @throws RelctlError `gate.refused` where it takes nothing from one
 */
export async function acceptedOnForge(context: Pick<Context, 'signing'>, process: string): Promise<Accepted> {
  const { protectedBranch } = await context.signing();
  const tip = await findProtectedBranch(protectedBranch);
  const read = tip === undefined ? undefined : await policyAt(protectedBranch, tip.commit, process);
  const acts = read === undefined ? [] : forgeActs(read.policy);
  if (tip !== undefined && read !== undefined && acts.length > 0) {
    return { acts, people: await forgePeopleAt(protectedBranch, tip.commit, read.policy) };
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

/**
 * Nothing is signed of what another server says than the one that the protected branch names.
 * @returns the forge, in a word
 */
export async function trustedEndpoint(context: Pick<Context, 'signing'>, ballots: Ballots): Promise<string> {
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
