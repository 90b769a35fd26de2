import type { EventData, RecordedEvent } from '../../plan/events.ts';
import { isForge } from '../../plan/forge.ts';
import type { Policy, SignedAct } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { ballotNumber } from '../ballot/ballot.ts';
import { branchesNumber } from '../ballot/branches.ts';
import { conditionNumber } from '../ballot/condition.ts';
import { reviewNumber } from '../ballot/review.ts';
import { signoffNumber } from '../ballot/signoff.ts';
import { successNumber } from '../ballot/success.ts';
import { isAmong, samePerson } from '../people/people.ts';
import { forgeProofOf } from './acts.ts';
import type { Fault } from './examine-signer.ts';
import type { Trust } from './trust.ts';

/** Who gave an approval, as far as its signature goes: whoever signed it, or the person whose review CI collected. */
export function proverOf(event: Pick<RecordedEvent, 'actor' | 'data'>, signer: string): string {
  return forgeProofOf(event) === undefined ? signer : event.actor;
}

/** What an act on a forge is about. */
export interface ProvedSubject {
  readonly plan: Pick<ReleasePlan, 'id' | 'specDigest' | 'textDigest'>;
  /** Round of the board, or attempt of the deployment. */
  readonly round: number;
  /** What was in staging then. */
  readonly staged: Pick<EventData<'stage.completed'>, 'attempt' | 'commit' | 'images'> | undefined;
}

type ProvedAct = keyof Policy['signing']['accepts'];

/** Under which name the policy says what proves an event; `undefined` where only a signature does. */
function provedAct({ type }: Pick<RecordedEvent, 'type'>, act: SignedAct): ProvedAct | undefined {
  switch (act) {
    case 'cab':
    case 'qa':
    case 'ops':
    case 'condition':
    case 'branches':
      return act;
    default:
      return type === 'success.observed'
        ? 'success'
        : type === 'success.judged' || type === 'review.closed'
          ? 'review'
          : undefined;
  }
}

/**
 * Whether the rules take this proof of an act. What was given on a forge is proved by a machine that the policy names, which signs what it saw;
 * which login is which person stands on the protected branch; and the number of the form is computed again from what it is about.
 */
export function examineProof(
  event: RecordedEvent,
  act: SignedAct,
  subject: ProvedSubject,
  trust: Pick<Trust, 'policy' | 'forge' | 'forgePeople'>,
): Fault | undefined {
  const { signing, machines } = trust.policy;
  const proved = provedAct(event, act);
  const proof = forgeProofOf(event);
  if (proved === undefined) {
    return proof === undefined ? undefined : { code: 'proof-not-accepted', detail: `forge for ${act}` };
  }
  const accepted = signing.accepts[proved];
  if (proof === undefined) {
    // What a machine measures nobody told.
    const isMeasured = event.type === 'success.observed' && isAmong(machines, event.actor);
    const isTaken = accepted.includes('ssh') || isMeasured;
    return isTaken ? undefined : { code: 'proof-not-accepted', detail: `ssh for ${proved}` };
  }
  if (!accepted.includes('forge')) return { code: 'proof-not-accepted', detail: `forge for ${proved}` };
  if (!isAmong(machines, proof.collectedBy)) {
    return { code: 'collector-not-a-machine', detail: proof.collectedBy };
  }
  if (!isForge(trust.forge, proof.endpoint ?? '')) {
    return { code: 'forge-of-another', detail: proof.endpoint ?? 'it says none' };
  }
  const person = trust.forgePeople.get(proof.login.toLowerCase());
  if (person === undefined || !samePerson(person, event.actor)) {
    return { code: 'login-of-another', detail: `${proof.login} is ${person ?? 'nobody'} there, not ${event.actor}` };
  }
  const number = formNumberOf(event, subject);
  return proof.ballot === number
    ? undefined
    : { code: 'ballot-of-another', detail: `${proof.ballot}, not ${number ?? 'of anything that was asked'}` };
}

/** The number that the form of an act has; undefined where nothing was asked. */
export function formNumberOf(event: RecordedEvent, { plan, round, staged }: ProvedSubject): string | undefined {
  const release = plan.id;
  switch (event.type) {
    case 'cab.voted':
      return ballotNumber({ ...event.data, release, round });
    case 'signoff.recorded': {
      const { role, specDigest, textDigest } = event.data;
      return staged === undefined ? undefined : signoffNumber(role, { ...staged, release, specDigest, textDigest });
    }
    case 'condition.closed':
      return conditionNumber({ ...plan, release, round }, event.data.id ?? '');
    case 'branches.chosen':
      return branchesNumber({ release, base: event.data.base, offered: event.data.offered });
    case 'success.observed': {
      const [first, ...others] = [...new Set(event.data.days.map(({ day }) => day))];
      return first === undefined || others.length > 0
        ? undefined
        : successNumber({ ...plan, release, attempt: round }, first);
    }
    case 'success.judged':
    case 'review.closed':
      return reviewNumber({ ...plan, release, attempt: round });
    default:
      return undefined;
  }
}
