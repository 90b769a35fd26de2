import type { Policy, Role } from '../../plan/policy.ts';
import type { Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';

/** Who holds a role in a release. */
function holders(spec: Spec, role: Role): readonly string[] {
  const held = spec.owners[role];
  return typeof held === 'string' ? [held] : held;
}

/** Everybody who holds one of several roles, each once. */
export function peopleOf(spec: Spec, roles: readonly Role[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => holders(spec, role)))];
}

/** An address as it is compared: case and the way in which a letter is composed make no other person. */
function plainAddress(address: string): string {
  return address.normalize('NFKC').toLowerCase();
}

/** E-mail addresses name the same person whatever their case; with a policy also under the other addresses that it lists. */
export function samePerson(a: string, b: string, policy?: Pick<Policy, 'aliases'>): boolean {
  return policy === undefined ? plainAddress(a) === plainAddress(b) : personOf(policy, a) === personOf(policy, b);
}

/** The one address under which a person is counted everywhere: the main one of an alias, in lower case. */
export function personOf(policy: Pick<Policy, 'aliases'>, address: string): string {
  const mains = new Map(
    Object.entries(policy.aliases).map(([alias, main]) => [plainAddress(alias), plainAddress(main)]),
  );
  let person = plainAddress(address);
  // An alias of an alias; a circle of them ends where it began.
  for (let steps = mains.size; steps > 0; steps -= 1) person = mains.get(person) ?? person;
  return person;
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

/** The people of such a list; a role that it names instead is nobody. */
export function namesIn(list: string): readonly string[] {
  return list.split(', ').filter((one) => one.includes('@'));
}

/** Commands for which nobody has to be known; a test finds one that is missing here, or should not be. */
const IN_NOBODYS_NAME = ['init', 'runner', 'status', 'list', 'calendar', 'metrics', 'audit', 'report'];

/** True for the line of a command that is given in somebody's name. */
function isInSomebodysName(line: string): boolean {
  const [program, name = ''] = line.split(' ');
  return program === 'relctl' && !IN_NOBODYS_NAME.includes(name);
}

/**
 * A command as it is given in the sandbox, where one person plays everybody: in the name of the first who may give it, unless whoever
 * reads it is among them.
 */
export function asSomebody(line: string, who: readonly string[], reader: string | undefined): string {
  const [somebody] = who;
  const isOther = somebody !== undefined && (reader === undefined || !isAmong(who, reader));
  return isOther && isInSomebodysName(line) && !line.includes(' --as ') ? `${line} ${command`--as ${somebody}`}` : line;
}

/**
 * CAB members whose vote counts, each person once: those whom the plan names and the policy knows, without the plan's authors unless the
 * policy lets them.
 */
export function votingBoard(spec: Spec, authors: readonly string[], policy: Policy): readonly string[] {
  const { members } = policy.cab;
  const allowed = members?.map((one) => personOf(policy, one));
  const written = policy.separation.authorMayApprove ? [] : authors.map((one) => personOf(policy, one));
  const people = spec.owners.cab.map((one) => personOf(policy, one));
  return spec.owners.cab.filter((_, index) => {
    const person = people[index] ?? '';
    return (
      people.indexOf(person) === index &&
      !written.includes(person) &&
      (allowed === undefined || allowed.includes(person))
    );
  });
}

/** Go votes that make a Go: a number from the policy, or more than half of those who may vote. */
export function quorumOf(board: readonly string[], policy: Policy): number {
  return policy.cab.quorum === 'majority' ? Math.floor(board.length / 2) + 1 : policy.cab.quorum;
}
