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
  const again = { command: command`relctl rollback ${id}`, why: 'once it is mended' };
  const keep = { command: command`relctl rollback ${id} --hand-changes keep`, why: 'keep what they did' };
  const restore = { command: command`relctl rollback ${id} --hand-changes restore`, why: 'put back what was before' };
  const accept = { command: command`relctl rollback ${id} --accept-unhealthy`, why: 'or end the rollback as it is' };
  if (code === 'rollback.changed-by-hand') return [keep, restore];
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
