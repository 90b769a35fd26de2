import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';

/**
 * The one answer where the id of a release is missing. None is taken for it, although there may be only one: a command that is
 * understood today would be refused once a second release is drafted.
 * @param given the command, such as `signoff qa`
 * @param otherwise what it does without a release
 */
export function missingId(given: string, otherwise: readonly string[] = []): RelctlError {
  return new RelctlError('usage.missing-answer', `relctl ${given} needs the id of a release`, {
    why: 'Nothing was done.',
    hints: [
      given === 'plan' ? 'relctl plan 2026-12-wallet-checkout' : 'relctl list',
      ...otherwise,
      `relctl ${given} --help`,
    ],
    data: { missing: 'id', command: given },
  });
}

/** True for that answer. */
export function lacksId({ data }: RelctlError): boolean {
  return data?.missing === 'id';
}

/**
 * What was typed with the id of the only release that there is, in the place of the list.
 * @param typed the words behind `relctl`
 * @param ids of all releases
 */
export function withOnlyId(
  { hints, data }: RelctlError,
  typed: readonly string[],
  ids: readonly string[],
): readonly string[] {
  const [id, another] = ids;
  if (id === undefined || another !== undefined) return hints;
  const path = String(data?.command ?? '')
    .split(' ')
    .filter((word) => !word.startsWith('-'));
  const rest = typed.slice(path.length).filter((word) => word !== '--json');
  const whole = command`relctl ${[...path, id, ...rest]}`;
  return hints.map((hint) => (hint === 'relctl list' ? whole : hint));
}
