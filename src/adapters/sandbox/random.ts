/**
 * Seeded chance. Every number is a pure function of its key, never of how many were drawn before: so the same world
 * answers the same question in the same way, whoever asks and in whatever order.
 */

/** Mixes a number into a 32-bit key (the finalizer of MurmurHash3, by Austin Appleby, public domain). */
export function mix(key: number, value: number): number {
  let h = (key ^ Math.imul(value | 0, 0xcc9e2d51)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit key of a text. */
export function keyOf(seed: number, text: string): number {
  let h = mix(seed, text.length);
  for (let i = 0; i < text.length; i += 1) h = mix(h, text.charCodeAt(i) + i * 0x9e3779b1);
  return h;
}

/** A number in (0, 1), both ends excluded. */
export function uniform(key: number): number {
  return (mix(key, 1) * 0x200000 + (mix(key, 2) >>> 11) + 0.5) / 0x20000000000000;
}

/** Lower-case letters and digits that look like the suffixes that Kubernetes gives. */
export function suffix(key: number, length: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  let text = '';
  for (let i = 0; i < length; i += 1) text += alphabet[mix(key, i + 11) % alphabet.length];
  return text;
}

/** An identifier of the form of a UUID, version 4. */
export function uuid(key: number): string {
  const hex = [1, 2, 3, 4].map((i) => mix(key, i).toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Standard normal by Box and Muller's transform. */
function gaussian(key: number): number {
  return Math.sqrt(-2 * Math.log(uniform(key))) * Math.cos(2 * Math.PI * uniform(mix(key, 3)));
}

/** Above this mean or variance, the normal approximation is used in place of inverting the distribution. */
const NORMAL_FROM = 40;

/** A Poisson count with the given mean: by inversion of the distribution when small, else by the normal approximation. */
export function poisson(mean: number, key: number): number {
  if (!(mean > 0)) return 0;
  if (mean > NORMAL_FROM) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gaussian(key)));
  const u = uniform(key);
  let term = Math.exp(-mean);
  let sum = term;
  let k = 0;
  while (u > sum && k < 1000) {
    k += 1;
    term *= mean / k;
    sum += term;
  }
  return k;
}

/** How many of `n` things go one way, each with probability `p`: by inversion when small, else by the normal approximation. */
export function binomial(n: number, p: number, key: number): number {
  if (n <= 0 || !(p > 0)) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(n, 1 - p, key);
  const mean = n * p;
  if (mean > NORMAL_FROM) {
    return Math.min(n, Math.max(0, Math.round(mean + Math.sqrt(mean * (1 - p)) * gaussian(key))));
  }
  const u = uniform(key);
  const odds = p / (1 - p);
  let term = (1 - p) ** n;
  let sum = term;
  let k = 0;
  while (u > sum && k < n) {
    k += 1;
    term *= (odds * (n - k + 1)) / k;
    sum += term;
  }
  return k;
}
