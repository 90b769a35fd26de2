import type { Policy, Role } from '../../plan/policy.ts';
import type { Spec } from '../../plan/spec.ts';

/** Who holds a role in a release. */
function holders(spec: Spec, role: Role): readonly string[] {
  const held = spec.owners[role];
  return typeof held === 'string' ? [held] : held;
}

/** Everybody who holds one of several roles, each once. */
export function peopleOf(spec: Spec, roles: readonly Role[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => holders(spec, role)))];
}

/** E-mail addresses name the same person whatever their case. */
export function samePerson(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** True when the person is among the people. */
export function isAmong(people: readonly string[], person: string): boolean {
  return people.some((one) => samePerson(one, person));
}

const ROLE_TITLES: Readonly<Record<Role, string>> = {
  productManager: 'Product Manager',
  rdLead: 'R&D Lead',
  operations: 'Operations',
  qa: 'QA',
  cab: 'CAB member',
};

/** Roles as people name them: `R&D Lead or Operations`. */
export function roleTitles(roles: readonly Role[]): string {
  return roles.map((role) => ROLE_TITLES[role]).join(' or ');
}

/** People as a list in a sentence. */
export function nameList(people: readonly string[]): string {
  return people.length === 0 ? 'nobody' : people.join(', ');
}

/** CAB members whose vote counts: the board without the plan's authors, unless the policy lets them. */
export function votingBoard(spec: Spec, authors: readonly string[], policy: Policy): readonly string[] {
  return policy.separation.authorMayApprove
    ? spec.owners.cab
    : spec.owners.cab.filter((member) => !isAmong(authors, member));
}

/** Go votes that make a Go: a number from the policy, or more than half of those who may vote. */
export function quorumOf(board: readonly string[], policy: Policy): number {
  return policy.cab.quorum === 'majority' ? Math.floor(board.length / 2) + 1 : policy.cab.quorum;
}
