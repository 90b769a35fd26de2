import { percentRatio } from '../../plan/duration.ts';
import { formatPercent } from '../../text/figures.ts';

/** The share of a canary: what the plan asks for, what the number of pods makes of it, and what was measured; each 0 to 1, or as the plan writes it. */
export interface ShareFacts {
  readonly asked?: number | string | undefined;
  readonly made?: number | undefined;
  readonly measured?: number | undefined;
}

/** The one wording of it: `1%`, `14.3% (15% asked for)`, `14.1% measured (15% asked for)`. */
export function sayShare({ asked, made, measured }: ShareFacts): string {
  const wanted = typeof asked === 'string' ? percentRatio(asked) : asked;
  const real = measured ?? made ?? wanted;
  if (real === undefined) return 'unknown';
  const told = measured === undefined ? formatPercent(real) : `${formatPercent(real)} measured`;
  const isTold = wanted === undefined || formatPercent(wanted) === formatPercent(real);
  return isTold ? told : `${told} (${formatPercent(wanted)} asked for)`;
}
