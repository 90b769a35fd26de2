/** Charts of one line, as plain text: paint what comes out. */

const STEPS = '▁▂▃▄▅▆▇█';
const ASCII_STEPS = '_.-=+*#@';

/** What a chart of one line may set. */
export interface SparkOptions {
  /** Columns to fill; of more values than columns the last ones are drawn, fewer are set to the right. */
  readonly width: number;
  readonly unicode: boolean;
  /** The value at full height, so that several lines share a scale; the largest drawn value when left out. */
  readonly max?: number;
}

/**
 * Values over time, oldest first, each as a bar of one column. A value of 0 is the lowest bar; a moment without data is a
 * blank, so that a gap is seen as one. Any value above 0 is drawn at least one step above 0.
 */
export function sparkline(values: readonly (number | undefined)[], options: SparkOptions): string {
  const { width, unicode } = options;
  if (width <= 0) return '';
  const drawn = values.slice(-width);
  const finite = drawn.filter((value): value is number => value !== undefined && Number.isFinite(value));
  const top = options.max ?? Math.max(0, ...finite);
  const steps = unicode ? STEPS : ASCII_STEPS;
  const line = drawn.map((value) => {
    if (value === undefined || Number.isNaN(value)) return ' ';
    if (value <= 0 || top <= 0) return steps[0] ?? '';
    const step = Math.max(1, Math.ceil((Math.min(value, top) / top) * (steps.length - 1)));
    return steps[step] ?? '';
  });
  return line.join('').padStart(width);
}

/** What a bar may set. */
export interface BarOptions {
  readonly width: number;
  readonly unicode: boolean;
}

/**
 * A value against its limit as a filled bar. It is full exactly when the limit is reached or passed, and never looks full
 * before; without a value it is a line of dots.
 */
export function bar(value: number | undefined, limit: number, { width, unicode }: BarOptions): string {
  const [full, empty, none] = unicode ? ['█', '░', '·'] : ['#', '-', '.'];
  if (width <= 0) return '';
  const ratio = value === undefined ? Number.NaN : value / limit;
  if (Number.isNaN(ratio) || limit <= 0) return none.repeat(width);
  const filled = ratio >= 1 ? width : Math.min(width - 1, Math.floor(Math.max(0, ratio) * width));
  return full.repeat(filled) + empty.repeat(width - filled);
}
