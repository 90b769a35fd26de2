import { badRatio, type ControlLook, type Look } from './look.ts';
import { type JudgeSettings, meanLimit, weightOf } from './settings.ts';
import { isUnequal } from './share.ts';
import { observeSlo, openSlo, type SloJudgement } from './slo-judgement.ts';
import { logSumExp } from './special-functions.ts';

/**
 * What the judge knows after some looks: a fold over them, plain data, and the same for the same looks. A process that
 * resumes folds the recorded looks again.
 */
export interface Judgement {
  readonly settings: JudgeSettings;
  readonly elapsedSeconds: number;
  readonly looks: number;
  readonly slos: readonly SloJudgement[];
  /** Why the canary's pods failed; it stays. */
  readonly podsFailing?: string;
}

/**
 * A judgement before the first look.
 *
 * @param history looks at the control alone before the canary started, by SLO name; with it clumps, restless and sick replicas
 * are known from the first look on. Optional: without it the noise floor stands in.
 */
export function openJudgement(
  settings: JudgeSettings,
  history: Readonly<Record<string, readonly ControlLook[]>> = {},
): Judgement {
  const of = (name: string) => (Object.hasOwn(history, name) ? (history[name] ?? []) : []);
  const slos = settings.slos.map((slo) => openSlo(settings, slo, of(slo.name)));
  return { settings, elapsedSeconds: 0, looks: 0, slos };
}

/** Adds a look. One that is older than the last is ignored. */
export function observe(judgement: Judgement, look: Look): Judgement {
  if (!(look.elapsedSeconds >= judgement.elapsedSeconds)) return judgement;
  const { settings } = judgement;
  const slos = judgement.slos.map((state) => observeSlo(state, settings, look));
  const podsFailing = judgement.podsFailing ?? look.podsFailing;
  return {
    settings,
    elapsedSeconds: look.elapsedSeconds,
    looks: judgement.looks + 1,
    ...(podsFailing === undefined ? {} : { podsFailing }),
    slos: crossedTogether(settings, slos, look.elapsedSeconds),
  };
}

/** The judgement after these looks, in their order; `history` as for {@link openJudgement}. */
export function judgementOf(
  settings: JudgeSettings,
  looks: Iterable<Look>,
  history: Readonly<Record<string, readonly ControlLook[]>> = {},
): Judgement {
  let judgement = openJudgement(settings, history);
  for (const look of looks) judgement = observe(judgement, look);
  return judgement;
}

/**
 * The mean of e-values is an e-value, however they depend on one another (Vovk and Wang 2021), so SLOs that are each a little worse condemn a canary
 * together. An SLO that passes its own limit always takes the mean past its own, so this can only help.
 */
function crossedTogether(
  settings: JudgeSettings,
  slos: readonly SloJudgement[],
  elapsedSeconds: number,
): readonly SloJudgement[] {
  const isOpen = (slo: SloJudgement) => slo.crossed === undefined && !isUnequal(slo.arrivals, slo.seenSeconds);
  if (slos.length < 2 || !slos.every(isOpen)) return slos;
  const weighted = slos.map((slo) => Math.log(weightOf(settings, slo.slo)) + slo.comparisonEvidence);
  const evidence = logSumExp(weighted);
  if (evidence < meanLimit(settings)) return slos;
  const worst = weighted.indexOf(Math.max(...weighted));
  return slos.map((slo, index) =>
    index === worst ? { ...slo, crossed: { test: 'together', elapsedSeconds, evidence } } : slo,
  );
}

/** How many times the control's bad ratio the canary's is; `undefined` where the control has no bad events. */
export function observedRatio(state: Pick<SloJudgement, 'canary' | 'control'>): number | undefined {
  const base = badRatio(state.control);
  return base > 0 ? badRatio(state.canary) / base : undefined;
}
