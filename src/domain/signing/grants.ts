import type { Config } from '../../plan/config.ts';
import type { SignedAct } from '../../plan/policy.ts';
import { samePerson } from '../people/people.ts';
import { ACTS } from './acts.ts';

/** The acts that a person's parts in the team ask for; conditions come always, since anybody may be given one. */
export function grantsOf(person: string, team: Config['team']): readonly SignedAct[] {
  const holds = (people: readonly string[] | string | undefined) =>
    people !== undefined && [people].flat().some((one) => samePerson(one, person));
  const granted: readonly SignedAct[] = [
    ...(holds(team.rdLead) ? (['submit', 'exception', 'stage', 'outcome', 'hypercare'] as const) : []),
    ...(holds(team.productManager) ? (['submit', 'outcome', 'hypercare'] as const) : []),
    ...(holds(team.cab) ? (['cab'] as const) : []),
    ...(holds(team.qa) ? (['qa'] as const) : []),
    ...(holds(team.operations) ? (['ops', 'exception', 'stage', 'deploy', 'outcome', 'hypercare'] as const) : []),
    'condition' as const,
  ];
  return [...new Set(granted)];
}

/** A line of `allowed_signers` for a person: what they do, and nothing else. */
export function signersLine(person: string, acts: readonly SignedAct[], publicKey: string): string {
  return `${person} namespaces="${acts.map((act) => ACTS[act].namespace).join(',')}" ${publicKey}`;
}
