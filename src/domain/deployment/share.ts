import { formatPercent } from '../../text/figures.ts';

/** The share of a canary: what the plan asks for, what the number of pods makes of it, and what was measured; each 0 to 1. */
export interface ShareFacts {
  readonly asked?: number | undefined;
  readonly made?: number | undefined;
  readonly measured?: number | undefined;
}

/** The one wording of it: `1%`, `14.3% (15% asked for)`, `14.1% measured (15% asked for)`. */
export function sayShare({ asked, made, measured }: ShareFacts): string {
  const wanted = asked === undefined ? undefined : formatPercent(asked);
  const real = measured ?? made ?? asked;
  if (real === undefined) return 'unknown';
  const told = measured === undefined ? formatPercent(real) : `${formatPercent(real)} measured`;
  return wanted === undefined || wanted === formatPercent(real) ? told : `${told} (${wanted} asked for)`;
}
