import { canonicalJson } from '../../plan/digest.ts';
import { decide } from './decision.ts';
import { observe, openJudgement } from './judgement.ts';
import type { ControlLook, Look } from './look.ts';
import type { JudgeSettings } from './settings.ts';

/** What was kept of a watch. */
export interface KeptSeries {
  readonly attempt: number;
  readonly settings: JudgeSettings;
  readonly history: Readonly<Record<string, readonly ControlLook[]>>;
  readonly looks: readonly Look[];
}

/** The words for a series that was judged otherwise than plan and policy ask now. */
export const OTHER_SETTINGS = 'its series was judged by other settings than plan and policy ask for';

/**
 * Judges a kept series again: a verdict is what the looks say, not what an event says of them.
 * @param asked the settings that plan and policy ask for; the series may leave out SLOs of services that ran nowhere before
 * @returns why the series does not prove that the canary passed; `undefined` where it does
 */
export function unprovenPass(series: KeptSeries, asked: JudgeSettings, attempt: number): string | undefined {
  if (series.attempt !== attempt) return `its series is of attempt ${series.attempt}`;
  const judged = series.settings.slos.map((slo) => slo.name);
  const expected = { ...asked, slos: asked.slos.filter((slo) => judged.includes(slo.name)) };
  if (judged.length === 0 || canonicalJson(rounded(series.settings)) !== canonicalJson(rounded(expected)))
    return OTHER_SETTINGS;
  const end = series.looks.reduce(observe, openJudgement(series.settings, series.history));
  const { bakeSeconds, extensionSeconds } = series.settings;
  const verdicts = [bakeSeconds, bakeSeconds + extensionSeconds].map((bake) => decide(end, bake));
  return verdicts.some((one) => one.verdict === 'pass')
    ? undefined
    : `judged again, its series is ${verdicts[0]?.verdict}: ${verdicts[0]?.reason}`;
}

/** Series are kept with four digits. */
function rounded(settings: JudgeSettings): unknown {
  return JSON.parse(
    JSON.stringify(settings, (_, value) => (typeof value === 'number' ? Number(value.toFixed(4)) : value)),
  );
}
