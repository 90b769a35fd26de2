import { badRatio, type Counts, type Spread } from './look.ts';

/** The spread of replicas whose counts cover the same time. */
export function spreadOf(replicas: readonly Counts[]): Spread {
  const all = replicas.reduce((a, b) => ({ bad: a.bad + b.bad, total: a.total + b.total }), { bad: 0, total: 0 });
  const ratio = badRatio(all);
  let squares = 0;
  let variance = 0;
  let scale = 0;
  for (const { bad, total } of replicas) {
    const expected = total * ratio;
    squares += (bad - expected) ** 2;
    variance += expected * Math.max(0, 1 - total / Math.max(all.total, 1)) * (1 - ratio);
    scale += expected ** 2;
  }
  return { squares, variance, scale, replicas: replicas.length };
}

/** v, the square of the coefficient of variation between replicas beyond chance; 0 where fewer than two are known. */
export function wanderingOf({ squares, variance, scale, replicas }: Spread): number {
  if (replicas < 2 || scale <= 0) return 0;
  return Math.max(0, (squares - variance) / (scale * (1 - 1 / replicas)));
}
