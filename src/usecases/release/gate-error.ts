import { GATES, type Refusal } from '../../domain/gates/gate.ts';
import { asSomebody } from '../../domain/people/people.ts';
import { wallTimeAt } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from './context.ts';

/** Who plays everybody, and where the days of their company begin. */
type Player = Pick<Context, 'actor'> & Pick<Config, 'timeZone'>;

/** Who gives a command where one person plays everybody and moves the clock: in the sandbox. */
export function playerIn({
  environments,
  actor,
  config,
}: Pick<Context, 'environments' | 'actor' | 'config'>): Player | undefined {
  return environments.simulated ? { actor, timeZone: config.timeZone } : undefined;
}

/**
 * One error for all that refuses a command.
 * @param player who gave it, where one person plays everybody and moves the clock: the sandbox
 * @param typed the words and flags that were typed, where the process knows the command by others
 */
export function gateError(
  command: string,
  plan: Pick<ReleasePlan, 'id' | 'file'>,
  refusals: readonly Refusal[],
  player?: Player,
  typed = command,
): RelctlError {
  const [first, ...rest] = refusals;
  const exceptionable = refusals.every((refusal) => refusal.exceptionable);
  return new RelctlError('gate.refused', `${typed} ${plan.id} is refused: ${first?.sentence ?? 'a gate is closed'}`, {
    why:
      first === undefined
        ? ''
        : `The process requires: ${[...new Set(refusals.map(({ gate }) => GATES[gate].title))].join('; ')}.`,
    found: rest.map(({ sentence }) => ({ state: 'failed', text: sentence })),
    hints: [
      ...waysOf(keepingFlags(refusals, command, typed, plan.id), player),
      ...(exceptionable ? ['--exception "<reason>"   instead, with a reason that the CAB will read'] : []),
    ],
    data: { command, release: plan.id, refusals: refusals.map(({ opensAt: _, ...refusal }) => refusal) },
  });
}

/** A refusal that is answered by the same command, later or by somebody else, keeps the flags of it that were typed. */
function keepingFlags(
  refusals: readonly Refusal[],
  given: string,
  typed: string,
  id: string,
): readonly Pick<Refusal, 'who' | 'command' | 'afterwards' | 'suggestions' | 'opensAt'>[] {
  if (!typed.startsWith(`${given} `)) return refusals;
  const same = command`relctl ${given.split(' ')} ${id}`;
  return refusals.map((one) =>
    one.command === same ? { ...one, command: `${same}${typed.slice(given.length)}` } : one,
  );
}

/** How each refusal is answered, by whom, what follows it, and what would do instead; what answers several is given once. */
function waysOf(refusals: ReturnType<typeof keepingFlags>, player: Player | undefined): readonly string[] {
  const given = new Set<string>();
  return refusals.flatMap(({ who, command: next, afterwards = [], suggestions = [], opensAt }) => {
    const line = player === undefined ? next : asSomebody(next, who, player.actor);
    if (given.has(line)) return [];
    given.add(line);
    const moved = player === undefined || opensAt === undefined ? [] : clockMoved(opensAt, player.timeZone);
    return [
      ...moved,
      line,
      ...(moved.length === 0 ? [] : ['after that']),
      ...(who.length === 0 || (who.length === 1 && line !== next) ? [] : [`by ${who.join(', ')}`]),
      ...afterwards.flatMap((then) => [then, 'after that']),
      ...suggestions.flatMap((other) => (isCommand(other) ? [other, 'instead'] : [other])),
    ];
  });
}

const isCommand = (hint: string): boolean => /^(relctl|git) /.test(hint);

/** How the clock of the sandbox comes to where a command is no longer too early. */
function clockMoved(opensAt: number, timeZone: string): readonly string[] {
  return [
    command`relctl sandbox advance --to ${wallTimeAt(opensAt, timeZone)}`,
    'which moves the clock of the sandbox',
  ];
}
