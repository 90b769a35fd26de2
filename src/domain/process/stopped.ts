import { command } from '../../text/command-line.ts';

/** Why a rollback stands still: it was tried, and something in production did not let it end. */
export interface StoppedRollback {
  /** Error code, such as `rollback.unhealthy`. */
  readonly code: string;
  readonly reason: string;
  readonly at: string;
  /** Somebody had changed, meanwhile, what the release had written. */
  readonly isChangedByHand: boolean;
}

/** A way on, and when it is the one to go. */
export interface WayBack {
  readonly command: string;
  readonly why: string;
}

/**
 * The ways out of a rollback that stands still, the usual one first. Each leads to an end by itself or once what is named is mended.
 * @param id of the release
 */
export function waysBack(
  { code, isChangedByHand }: Omit<StoppedRollback, 'at' | 'reason'>,
  id: string,
): readonly WayBack[] {
  const again = { command: command`relctl rollback ${id}`, why: 'once it is fixed' };
  const keep = { command: command`relctl rollback ${id} --hand-changes keep`, why: 'keep what they did' };
  const restore = { command: command`relctl rollback ${id} --hand-changes restore`, why: 'put back what was before' };
  const accept = { command: command`relctl rollback ${id} --accept-unhealthy`, why: 'or end the rollback as it is' };
  const looked = (flag: string, why: string) => ({ command: `${again.command} ${flag} <migration>`, why });
  const unproven = {
    command: command`relctl rollback ${id} --accept-unproven`,
    why: 'or, once a person has put production back by hand, which nobody can prove',
  };
  if (code === 'rollback.changed-by-hand') return [keep, restore];
  if (code === 'snapshot.lost') return [{ ...again, why: 'once the copy is in the cluster again' }, unproven];
  // Given again as it is, it would end the same way.
  if (code === 'migration.unknown') {
    return [
      looked('--ran', 'once somebody has looked at the database, and it has run'),
      looked('--not-run', 'or it has not'),
    ];
  }
  return [
    again,
    ...(code === 'rollback.unhealthy' ? [accept] : []),
    ...(isChangedByHand ? [{ ...keep, why: 'or leave what somebody made of it' }] : []),
  ];
}

/** A way out as a hint of an error. */
export function hintOf({ command, why }: WayBack): string {
  return `${why}: ${command}`;
}
