/** Figures as people read them. */

/** Seconds in their two largest units: `45s`, `15m`, `7m 15s`, `2h 5m`, `3d 4h`; the rest is dropped. */
export function seconds(value: number): string {
  let rest = Math.max(0, Math.round(value));
  const parts = UNITS.map(([unit, size]) => {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    return { whole, unit };
  });
  const first = parts.findIndex(({ whole }) => whole > 0);
  const shown = first === -1 ? parts.slice(-1) : parts.slice(first, first + 2).filter(({ whole }) => whole > 0);
  return shown.map(({ whole, unit }) => `${whole}${unit}`).join(' ');
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** A ratio as a percentage with two significant figures below 10 %: `0.12%`, `1.5%`, `42%`; small ones stay `<0.01%`. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0%';
  if (value < 0.01) return '<0.01%';
  if (value < 1) return `${value.toFixed(2)}%`;
  if (value < 9.95) return `${value.toFixed(1)}%`;
  return `${Math.round(value)}%`;
}

/** A count in at most five characters: `981`, `8.9k`, `120k`, `1.2M`. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const whole = Math.round(value);
  if (whole < 1000) return String(whole);
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
