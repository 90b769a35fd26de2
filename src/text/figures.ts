/** Numbers and lengths of time as people read them, in one spelling everywhere: terminal, log, packet, report and pages. */

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time: `2 d 4 h`, `15 min`, `42 s`; the two largest units, in whole seconds, or milliseconds below one. */
export function formatSpan(milliseconds: number): string {
  if (milliseconds >= 1 && milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  let rest = Math.max(0, Math.round(milliseconds / 1000));
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { count, unit };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ count, unit }) => `${count} ${unit}`)
    .join(' ');
}

/** The same of seconds. */
export function formatSeconds(seconds: number): string {
  return formatSpan(seconds * 1000);
}

/** A whole number with its thousands apart: `1,200`. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–';
}

/** A count in at most five characters, for a column that has no more: `981`, `8,912`, `120k`, `1.2M`. */
export function shortCount(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const whole = Math.round(value);
  if (whole < 10_000) return formatCount(whole);
  for (const [size, unit] of [
    [1e3, 'k'],
    [1e6, 'M'],
    [1e9, 'G'],
  ] as const) {
    const scaled = whole / size;
    if (scaled < 9.95) return `${scaled.toFixed(1)}${unit}`;
    if (scaled < 999.5) return `${Math.round(scaled)}${unit}`;
  }
  return `${(whole / 1e12).toFixed(1)}T`;
}

/**
 * A ratio as a percentage with three significant digits: `0.12%`, `14.3%`, `42%`. What is not all is never shown as all: near 100 % it is
 * what is missing that is told with two digits, `99.987%`.
 */
export function formatPercent(ratio: number): string {
  const value = ratio * 100;
  if (!Number.isFinite(value)) return '–';
  if (value > 0 && value < 0.0001) return '<0.0001%';
  return `${Number(value > 99 && value < 100 ? nearAll(value) : value.toPrecision(3))}%`;
}

function nearAll(value: number): string {
  const digits = Math.min(6, 1 - Math.floor(Math.log10(100 - value)));
  return value.toFixed(digits);
}
