import type { ControlLook, Look } from '../../domain/judge/look.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Run } from '../cluster/run.ts';
import { aFewAtATime } from '../slo/a-few-at-a-time.ts';
import { askedOnce } from '../slo/asked-once.ts';
import { lostInstances, openSloReader, type SloSource } from '../slo/reader.ts';
import type { SidesOf } from '../slo/sides.ts';

/** SLOs that are read at the same time: all at once, the samples of many pods would be held together. */
const AT_A_TIME = 4;

/** Reads all SLOs of a canary, look by look. */
export interface Readings {
  /** The control before the canary, so that the judge knows how restless healthy replicas are; an SLO without one has no looks. */
  history(): Promise<Readonly<Record<string, readonly ControlLook[]>>>;
  /** A look at a moment, milliseconds since the epoch. */
  look(at: number): Promise<Look>;
}

/**
 * Opens the readings of a canary that began at a moment.
 * @param every milliseconds between looks: the history is read as the bake is
 * @param warmup milliseconds that a pod of the canary warms up which comes later than the first
 */
export function openReadings(
  run: Pick<Run, 'context'>,
  {
    slos,
    sides,
    began,
    every,
    warmup,
  }: {
    readonly slos: readonly Slo[];
    readonly sides: SidesOf;
    readonly began: number;
    readonly every: number;
    readonly warmup: number;
  },
): Readings {
  const metrics = run.context.environments.metrics('production');
  const staleAfter = durationSeconds(run.context.config.metrics.staleAfter) * 1000;
  let samples = askedOnce(metrics);
  // Between two looks nothing is held that was answered.
  const forget = () => {
    samples = askedOnce(metrics);
  };
  const once: SloSource['metrics'] = { samples: (...asked) => samples(...asked) };
  const readers = slos.map((slo) => {
    const source = { metrics: once, slo, sides: sides(slo.service), began, staleAfter, warmup };
    return [slo.name, openSloReader(source)] as const;
  });
  return {
    async history() {
      const all: Record<string, readonly ControlLook[]> = {};
      // One after another: a quarter of an hour of many pods is not held for all SLOs at once.
      for (const [name, reader] of readers) all[name] = await reader.history(every);
      forget();
      return all;
    },
    async look(at) {
      forget();
      const lost = await metrics.lostTargets(at);
      const targets = lostInstances(lost.ok ? lost.value : []);
      const all = await aFewAtATime(
        readers,
        AT_A_TIME,
        async ([name, reader]) => [name, await reader.read(at, targets)] as const,
      );
      forget();
      return { elapsedSeconds: (at - began) / 1000, slos: Object.fromEntries(all) };
    },
  };
}
