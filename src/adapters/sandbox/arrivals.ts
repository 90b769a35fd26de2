import { binomial, mix, poisson } from './random.ts';

/** Length of the smallest cell in milliseconds: how often a real metrics store would take a sample. */
const CELL_MS = 15_000;

/**
 * How many things of a Poisson process have arrived between its start and `at`: a step of a function that never falls, so
 * that counts over neighbouring spans add up exactly.
 *
 * Time since the start is divided into blocks of 1, 2, 4 … cells. A block's count is drawn from its mean; where `at` lies
 * inside a block, the count is split binomially into halves down to one cell, and evenly within that. So the cost is the
 * logarithm of the time, and what is drawn depends neither on when somebody asks nor on how long the process lasts.
 * @param key which process, as a number; different keys are independent
 * @param start milliseconds since the epoch
 * @param at milliseconds since the epoch, not before `start`
 * @param mean expected arrivals between two times, additive
 */
export function arrivals(key: number, start: number, at: number, mean: (from: number, to: number) => number): number {
  let total = 0;
  let from = start;
  for (let block = 0, cells = 1; from < at; block += 1, cells *= 2) {
    const to = from + cells * CELL_MS;
    const blockKey = mix(key, block);
    const count = poisson(mean(from, to), blockKey);
    total += to <= at ? count : partOf(count, blockKey, from, cells, at, mean);
    from = to;
  }
  return total;
}

function partOf(
  count: number,
  key: number,
  start: number,
  size: number,
  at: number,
  mean: (from: number, to: number) => number,
): number {
  let total = 0;
  let left = count;
  let from = start;
  let node = key;
  for (let cells = size; cells > 1; cells /= 2) {
    if (left === 0) return total;
    const middle = from + (cells / 2) * CELL_MS;
    const whole = mean(from, from + cells * CELL_MS);
    const first = whole > 0 ? binomial(left, mean(from, middle) / whole, mix(node, 5)) : 0;
    if (at < middle) {
      left = first;
      node = mix(node, 6);
    } else {
      total += first;
      left -= first;
      from = middle;
      node = mix(node, 7);
    }
  }
  return total + Math.floor((left * (at - from)) / CELL_MS);
}
