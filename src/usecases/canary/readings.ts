import type { ControlLook, Look, SloReading } from '../../domain/judge/look.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Metrics, Span } from '../../ports/metrics.ts';
import type { Run } from '../cluster/run.ts';
import { readSide, type Sides } from './sides.ts';

/** Reads all SLOs from the start of the bake up to a moment: canary and control over the same time. */
export async function readLook(run: Run, slos: readonly Slo[], sides: Sides, began: number, at: number): Promise<Look> {
  const metrics = run.context.environments.metrics('production');
  const span = { from: began, to: at };
  const readings = await Promise.all(
    slos.map(async (slo) => [slo.name, await readSlo(metrics, slo, sides, span)] as const),
  );
  return { elapsedSeconds: (at - began) / 1000, slos: Object.fromEntries(readings) };
}

/** How far before the canary stable replicas are compared with one another, and in how many looks. */
const HISTORY_MS = 15 * 60_000;
const HISTORY_LOOKS = 15;

/**
 * Reads the control before the canary started, so that the judge knows how restless healthy replicas are. An SLO without
 * history is judged by the careful default.
 */
export async function readHistory(
  run: Run,
  slos: readonly Slo[],
  { control }: Sides,
  began: number,
): Promise<Readonly<Record<string, readonly ControlLook[]>>> {
  const metrics = run.context.environments.metrics('production');
  const from = began - HISTORY_MS;
  const histories = await Promise.all(
    slos.map(async (slo) => {
      const looks: ControlLook[] = [];
      for (let look = 1; look <= HISTORY_LOOKS; look += 1) {
        const elapsed = (HISTORY_MS / HISTORY_LOOKS) * look;
        const read = await readSide(metrics, slo, control, { from, to: from + elapsed });
        if (!read.ok) return [slo.name, []] as const;
        const { counts, replicas } = read.value;
        looks.push({
          elapsedSeconds: elapsed / 1000,
          control: counts,
          ...(replicas === undefined ? {} : { controlReplicas: replicas }),
        });
      }
      return [slo.name, looks] as const;
    }),
  );
  return Object.fromEntries(histories);
}

async function readSlo(metrics: Metrics, slo: Slo, sides: Sides, span: Span): Promise<SloReading> {
  const [canary, control] = await Promise.all([
    readSide(metrics, slo, sides.canary, span),
    readSide(metrics, slo, sides.control, span),
  ]);
  if (!canary.ok) return { ok: false, detail: `canary: ${canary.noData.detail}` };
  if (!control.ok) return { ok: false, detail: `control: ${control.noData.detail}` };
  const { replicas: canaryReplicas } = canary.value;
  const { replicas: controlReplicas } = control.value;
  return {
    ok: true,
    canary: canary.value.counts,
    control: control.value.counts,
    ...(controlReplicas === undefined ? {} : { controlReplicas }),
    ...(canaryReplicas === undefined ? {} : { canaryReplicas: Math.max(1, Object.keys(canaryReplicas).length) }),
  };
}
