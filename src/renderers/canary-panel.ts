import { sayShare } from '../domain/deployment/share.ts';
import { sayBakeLength } from '../domain/outcome/bake-length.ts';
import type { CanaryLook, SloLook } from '../domain/outcome/progress.ts';
import { cleanLine } from '../text/clean.ts';
import { formatPercent, formatSeconds, shortCount } from '../text/figures.ts';
import { bar, sparkline } from './spark.ts';
import type { Style, Tone } from './style.ts';
import { displayWidth, pad, truncate, wrap } from './width.ts';

/** Columns of the parts of a row that never shrink: two ratios, two totals, the percentage of the evidence. */
const RATIO = 7;
const TOTAL = 5;
const EVIDENCE = 5;
const GAP = 2;
const LEAST_SPARK = 6;

/**
 * The canary while it is judged, as lines: time, share, one row an SLO with the bad share of each look for canary and
 * stable on one scale, the evidence against its limit, and what the judge would say now.
 * @param looks all looks of this bake, oldest first; counts in them are cumulative
 * @param shown without `verdict` where it is said elsewhere
 */
export function canaryPanel(
  looks: readonly CanaryLook[],
  style: Style,
  shown: { readonly verdict: boolean } = { verdict: true },
): readonly string[] {
  const last = looks.at(-1);
  if (last === undefined) return [];
  const columns = Math.min(Math.max(40, style.columns), 160);
  return [
    ...timeLines(last, columns, style),
    ...(columns < 72 ? shortRows(last, columns, style) : rows(looks, last, columns, style)),
    ...(shown.verdict ? verdictLines(last, columns, style) : []),
  ];
}

/** A verdict in words: a canary that waits for stable is not one that a person holds. */
export function sayVerdict(verdict: string): string {
  return verdict === 'hold' ? 'waiting for stable' : cleanLine(verdict);
}

/** What a verdict means for the eye. */
function verdictTone(verdict: string): Tone {
  if (verdict === 'pass') return 'good';
  if (verdict === 'fail') return 'bad';
  return verdict === 'inconclusive' ? 'warn' : 'accent';
}

/** The share of bad events, or `undefined` without data or without events. */
export function badRatio(counts: { readonly bad: number; readonly total: number } | undefined): number | undefined {
  return counts === undefined || counts.total <= 0 ? undefined : counts.bad / counts.total;
}

/** How much of the way to the limit the evidence has gone, 0 to 1 and beyond. */
export function evidenceRatio(slo: SloLook): number | undefined {
  return slo.evidence === undefined || slo.limit <= 0 ? undefined : Math.max(0, slo.evidence / slo.limit);
}

function timeLines(look: CanaryLook, columns: number, style: Style): readonly string[] {
  const left = Math.max(0, look.bakeSeconds - look.elapsedSeconds);
  const time = `${formatSeconds(look.elapsedSeconds)} of ${lengthOf(look)}, ${left > 0 ? `${formatSeconds(left)} left` : 'watched to the end'}`;
  const share = `share ${sayShare({ measured: look.share })}`;
  const text = `${time}  ${share}`;
  const width = Math.min(40, columns - displayWidth(text) - GAP);
  if (width < 4) return [...wrap(time, columns), ...wrap(share, columns)];
  const done = bar(look.elapsedSeconds, look.bakeSeconds, { width, unicode: style.unicode });
  return [`${style.paint.accent(done)}  ${text}`];
}

/** How long it is watched, by what it is made of; a look that was told by an older relctl knows the sum. */
export function lengthOf({ length, bakeSeconds }: CanaryLook): string {
  return length === undefined ? formatSeconds(bakeSeconds) : sayBakeLength(length);
}

function rows(looks: readonly CanaryLook[], last: CanaryLook, columns: number, style: Style): readonly string[] {
  const layout = layoutOf(last, columns);
  const { name, spark, meter } = layout;
  const gap = ' '.repeat(GAP);
  const armHeader = (arm: string): string => `${pad(arm, spark)} ${'bad'.padStart(RATIO)} ${'of'.padStart(TOTAL)}`;
  const header = [pad('', name), armHeader('canary'), armHeader('stable'), 'evidence'].join(gap);
  return [
    style.paint.dim(header),
    ...last.slos.map((slo) => {
      const label = pad(truncate(cleanLine(slo.name), name, style.unicode ? '…' : '.'), name);
      if (slo.noData !== undefined) return label + gap + style.paint.warn(noDataText(slo, columns - name - GAP, style));
      const canary = seriesOf(looks, slo.name, 'canary');
      const control = seriesOf(looks, slo.name, 'control');
      const shown = [...canary.slice(-spark), ...control.slice(-spark)];
      const max = Math.max(0, ...shown.filter((value) => value !== undefined));
      const draw = (values: readonly (number | undefined)[]): string =>
        sparkline(values, { width: spark, unicode: style.unicode, max });
      return [
        label,
        `${style.paint[evidenceTone(slo)](draw(canary))} ${figures(slo.canary)}`,
        `${style.paint.dim(draw(control))} ${figures(slo.control)}`,
        evidenceText(slo, meter, style),
      ].join(gap);
    }),
  ];
}

/** Widths of the parts that can shrink: names as far as the sparklines keep six columns, the rest for sparklines. */
function layoutOf(look: CanaryLook, columns: number): { name: number; spark: number; meter: number } {
  const widest = Math.max(4, ...look.slos.map(({ name }) => displayWidth(cleanLine(name))));
  const meter = columns < 100 ? 8 : 16;
  const room = columns - 2 * (1 + RATIO + 1 + TOTAL) - (meter + 1 + EVIDENCE) - 3 * GAP;
  const name = Math.min(widest, room - 2 * LEAST_SPARK);
  return { name, spark: Math.min(40, Math.floor((room - name) / 2)), meter };
}

/** For narrow terminals: name, the two shares and how near the limit is. */
function shortRows(last: CanaryLook, columns: number, style: Style): readonly string[] {
  return last.slos.flatMap((slo) => {
    const name = truncate(cleanLine(slo.name), columns, style.unicode ? '…' : '.');
    if (slo.noData !== undefined) return [name, `  ${style.paint.warn(noDataText(slo, columns - 2, style))}`];
    const [canary, control] = [badRatio(slo.canary), badRatio(slo.control)].map((r) =>
      r === undefined ? '–' : formatPercent(r),
    );
    return [name, `  ${pad(`${canary} / ${control}`, 15)}  ${evidenceText(slo, 8, style)}`];
  });
}

function figures(counts: SloLook['canary']): string {
  const ratio = badRatio(counts);
  return `${(ratio === undefined ? '–' : formatPercent(ratio)).padStart(RATIO)} ${shortCount(counts?.total ?? Number.NaN).padStart(TOTAL)}`;
}

function evidenceText(slo: SloLook, width: number, style: Style): string {
  const ratio = evidenceRatio(slo);
  const text = ratio === undefined ? '–' : ratio >= 1 ? 'limit' : `${Math.min(99, Math.floor(ratio * 100))}%`;
  const drawn = bar(ratio, 1, { width, unicode: style.unicode });
  return style.paint[evidenceTone(slo)](`${drawn} ${text.padStart(EVIDENCE)}`);
}

function evidenceTone(slo: SloLook): Tone {
  const ratio = evidenceRatio(slo) ?? 0;
  return ratio >= 1 ? 'bad' : ratio >= 0.5 ? 'warn' : 'good';
}

function noDataText(slo: SloLook, width: number, style: Style): string {
  return truncate(`no data: ${cleanLine(slo.noData ?? '')}`, width, style.unicode ? '…' : '...');
}

/** The bad share of each look on its own: what came since the look before. */
function seriesOf(
  looks: readonly CanaryLook[],
  name: string,
  arm: 'canary' | 'control',
): readonly (number | undefined)[] {
  let before = { bad: 0, total: 0 };
  return looks.map((look) => {
    const now = look.slos.find((slo) => slo.name === name)?.[arm];
    if (now === undefined) return undefined;
    const ratio = badRatio({ bad: Math.max(0, now.bad - before.bad), total: now.total - before.total });
    before = now;
    return ratio;
  });
}

function verdictLines(look: CanaryLook, columns: number, style: Style): readonly string[] {
  const lead = 'verdict so far: ';
  const verdict = sayVerdict(look.verdict);
  const [first = '', ...rest] = wrap(cleanLine(`${verdict}, ${look.reason}`), columns - lead.length);
  return [
    `${lead}${style.paint.bold(style.paint[verdictTone(look.verdict)](verdict))}${first.slice(verdict.length)}`,
    ...rest.map((line) => ' '.repeat(lead.length) + line),
  ];
}
