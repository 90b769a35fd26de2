import { formatSeconds } from '../../text/figures.ts';

/** How long a canary is watched, by what for: the bake that the plan asks for, and what does not count as bake. All in seconds. */
export interface BakeLength {
  readonly bakeSeconds: number;
  readonly warmupSeconds?: number | undefined;
  /** While canary and stable both failed, so that nothing could be told. */
  readonly heldSeconds?: number | undefined;
  /** Once, after a verdict of inconclusive. */
  readonly extensionSeconds?: number | undefined;
}

/** All of it. */
export function wholeBake(length: BakeLength): number {
  const { bakeSeconds, warmupSeconds = 0, heldSeconds = 0, extensionSeconds = 0 } = length;
  return bakeSeconds + warmupSeconds + heldSeconds + extensionSeconds;
}

/** What it is made of, where it is more than the bake: `15 min + 2 min warm-up`. */
export function sayBakeLength({
  bakeSeconds,
  warmupSeconds = 0,
  heldSeconds = 0,
  extensionSeconds = 0,
}: BakeLength): string {
  const besides = [
    [warmupSeconds, 'warm-up'],
    [heldSeconds, 'waiting for stable'],
    [extensionSeconds, 'extension'],
  ] as const;
  return [
    formatSeconds(bakeSeconds),
    ...besides.flatMap(([seconds, what]) => (Math.round(seconds) === 0 ? [] : [`${formatSeconds(seconds)} ${what}`])),
  ].join(' + ');
}
