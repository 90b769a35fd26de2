import type { Counts, Look, SloReading } from '../../../../src/domain/judge/look.ts';
import type { JudgeSettings } from '../../../../src/domain/judge/settings.ts';

/** Settings of the tests: one SLO of 99%, a bake of 15 minutes. */
export const SETTINGS: JudgeSettings = {
  slos: [{ name: 'errors', objective: 0.99 }],
  alpha: 0.01,
  power: 0.9,
  detectableRatio: 5,
  minimumRequests: 500,
  bakeSeconds: 900,
  extensionSeconds: 900,
};

/** A look at the only SLO. */
export function lookAt(elapsedSeconds: number, canary: Counts, control: Counts): Look {
  return { elapsedSeconds, slos: { errors: { ok: true, canary, control } } };
}

/** A look that found nothing. */
export function blindLook(elapsedSeconds: number, detail = 'Prometheus did not answer'): Look {
  const reading: SloReading = { ok: false, detail };
  return { elapsedSeconds, slos: { errors: reading } };
}

/** Looks every 15 s at steady traffic: requests a second and bad ratios of canary and control, fractions kept. */
export function steadyLooks(
  looks: number,
  canary: { readonly rate: number; readonly bad: number },
  control: { readonly rate: number; readonly bad: number },
): readonly Look[] {
  return Array.from({ length: looks }, (_, index) => {
    const seconds = (index + 1) * 15;
    return lookAt(
      seconds,
      { bad: canary.rate * seconds * canary.bad, total: canary.rate * seconds },
      { bad: control.rate * seconds * control.bad, total: control.rate * seconds },
    );
  });
}
