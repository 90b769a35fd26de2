import type { RecordedEvent } from '../../plan/events.ts';
import { isForge } from '../../plan/forge.ts';
import type { SignedAct } from '../../plan/policy.ts';
import { ballotNumber } from '../ballot/ballot.ts';
import { isAmong, samePerson } from '../people/people.ts';
import { forgeProofOf, isApproval } from './acts.ts';
import type { Fault } from './examine-signer.ts';
import type { Trust } from './trust.ts';

/** Who gave an approval, as far as its signature goes: whoever signed it, or the person whose review CI collected. */
export function proverOf(event: Pick<RecordedEvent, 'actor' | 'data'>, signer: string): string {
  return forgeProofOf(event) === undefined ? signer : event.actor;
}

/**
 * Whether the rules take this proof of an approval. A vote on a forge is proved by a machine that the policy names, which signs what it saw;
 * which login is which person stands on the protected branch; and the number of the ballot is computed again from what was voted on.
 */
export function examineProof(
  event: RecordedEvent,
  act: SignedAct,
  round: number,
  release: string,
  trust: Pick<Trust, 'policy' | 'forge' | 'forgePeople'>,
): Fault | undefined {
  if (!isApproval(act)) return undefined;
  const accepted = trust.policy.signing.accepts[act];
  const proof = forgeProofOf(event);
  if (proof === undefined) {
    return accepted.includes('ssh') ? undefined : { code: 'proof-not-accepted', detail: `ssh for ${act}` };
  }
  if (!accepted.includes('forge')) return { code: 'proof-not-accepted', detail: `forge for ${act}` };
  if (!isAmong(trust.policy.machines, proof.collectedBy)) {
    return { code: 'collector-not-a-machine', detail: proof.collectedBy };
  }
  if (!isForge(trust.forge, proof.endpoint ?? '')) {
    return { code: 'forge-of-another', detail: proof.endpoint ?? 'it says none' };
  }
  const person = trust.forgePeople.get(proof.login.toLowerCase());
  if (person === undefined || !samePerson(person, event.actor)) {
    return { code: 'login-of-another', detail: `${proof.login} is ${person ?? 'nobody'} there, not ${event.actor}` };
  }
  const { specDigest, textDigest } = event.data as { specDigest: string; textDigest: string };
  const number = ballotNumber({ release, round, specDigest, textDigest });
  return proof.ballot === number ? undefined : { code: 'ballot-of-another', detail: `${proof.ballot}, not ${number}` };
}
