import { canaryLook } from '../judge/canary-look.ts';
import { bakeLength, decide } from '../judge/decision.ts';
import { observe, openJudgement } from '../judge/judgement.ts';
import { badRatio, type ControlLook, type Look } from '../judge/look.ts';
import type { JudgeSettings } from '../judge/settings.ts';
import type { BakeLength } from '../outcome/bake-length.ts';

/** What a watch keeps as evidence, as far as it is needed to judge it again. */
interface KeptSeries {
  readonly settings: JudgeSettings;
  readonly history: Readonly<Record<string, readonly ControlLook[]>>;
  readonly looks: readonly Look[];
}

/** A canary as it is told: for each SLO, what canary and control did and how the evidence grew. */
export interface CanaryStory {
  readonly bakeSeconds: number;
  /** How long it was watched, by what for. */
  readonly length?: BakeLength | undefined;
  /** Share of all requests that reached the canary by the end, 0 to 1. */
  readonly share: number | undefined;
  readonly slos: readonly SloStory[];
}

/** One SLO over the bake. */
export interface SloStory {
  readonly name: string;
  /** Share of bad events that the objective allows, 0 to 1. */
  readonly budget: number;
  /** Evidence at which the canary is aborted, as a natural logarithm. */
  readonly limit: number;
  readonly points: readonly SloPoint[];
  /** Seconds of the looks that had no data. */
  readonly silent: readonly number[];
}

/** One look at one SLO; counts since the bake began. */
export interface SloPoint {
  readonly seconds: number;
  readonly canary: number;
  readonly control: number;
  readonly canaryTotal: number;
  readonly evidence: number;
}

/**
 * Judges a kept series again, look by look: what is drawn is what the judge saw, and not what it said of it.
 * @param text the evidence file `canary-<attempt>.json`
 * @returns `undefined` when the text holds no series of this form
 */
export function readCanaryStory(text: string): CanaryStory | undefined {
  const series = parse(text);
  if (series === undefined) return undefined;
  let judgement = openJudgement(series.settings, series.history);
  const points = new Map<string, SloPoint[]>(series.settings.slos.map((slo) => [slo.name, []]));
  const silent = new Map<string, number[]>(series.settings.slos.map((slo) => [slo.name, []]));
  const limits = new Map<string, number>();
  let share: number | undefined;
  for (const look of series.looks) {
    judgement = observe(judgement, look);
    const seen = canaryLook(decide(judgement), bakeLength(judgement));
    share = seen.share ?? share;
    for (const slo of seen.slos) {
      limits.set(slo.name, slo.limit);
      if (slo.noData !== undefined || slo.canary === undefined || slo.control === undefined) {
        silent.get(slo.name)?.push(look.elapsedSeconds);
        continue;
      }
      points.get(slo.name)?.push({
        seconds: look.elapsedSeconds,
        canary: badRatio(slo.canary),
        control: badRatio(slo.control),
        canaryTotal: slo.canary.total,
        evidence: slo.evidence ?? 0,
      });
    }
  }
  return {
    bakeSeconds: Math.max(series.settings.bakeSeconds, series.looks.at(-1)?.elapsedSeconds ?? 0),
    length: bakeLength(judgement),
    share,
    slos: series.settings.slos.map((slo) => ({
      name: slo.name,
      budget: 1 - slo.objective,
      limit: limits.get(slo.name) ?? 0,
      points: points.get(slo.name) ?? [],
      silent: silent.get(slo.name) ?? [],
    })),
  };
}

function parse(text: string): KeptSeries | undefined {
  try {
    const value = JSON.parse(text) as Partial<KeptSeries>;
    if (!Array.isArray(value.settings?.slos) || !Array.isArray(value.looks)) return undefined;
    return { settings: value.settings, history: value.history ?? {}, looks: value.looks };
  } catch {
    return undefined;
  }
}
