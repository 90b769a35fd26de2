import { minimumDetectableRatio } from '../../domain/judge/power.ts';
import { percentRatio } from '../../plan/duration.ts';
import type { Context } from '../context.ts';
import type { Release } from '../release.ts';
import { readSloCounts } from '../slo-counts.ts';
import { judgeSettings } from './judging.ts';

/** How far back traffic is looked at to say what a canary can show. */
const LOOK_BACK_MS = 15 * 60_000;

/** Says, before the canary starts, the smallest regression that it can show with today's traffic. */
export async function expectVisibility(context: Context, release: Release): Promise<void> {
  const { spec } = release.journal.plan;
  const settings = judgeSettings(spec, release.policy, spec.slos);
  const share = percentRatio(spec.canary.share);
  const to = context.clock.now();
  const span = { from: to - LOOK_BACK_MS, to };
  const metrics = context.environments.metrics('production');
  for (const [index, slo] of spec.slos.entries()) {
    const read = await readSloCounts(metrics, slo, [], span);
    const judged = settings.slos[index];
    if (!read.ok || judged === undefined) {
      const why = read.ok ? 'it is not judged' : read.noData.detail;
      context.sink.emit({ type: 'note', level: 'warning', text: `${slo.name}: no traffic to reckon with (${why})` });
      continue;
    }
    const { counts } = read.value;
    const rate = counts.total / (LOOK_BACK_MS / 1000);
    const smallest = minimumDetectableRatio(settings, judged, {
      canaryRate: rate * share,
      controlRate: rate * (1 - share),
      badRatio: counts.total > 0 ? counts.bad / counts.total : 0,
    });
    const enough = smallest !== undefined && smallest <= settings.detectableRatio;
    context.sink.emit({
      type: 'note',
      level: enough ? 'info' : 'warning',
      text:
        smallest === undefined
          ? `${slo.name}: ${rate.toFixed(0)} requests/s show nothing in a bake of ${spec.canary.bake}; the verdict will be inconclusive`
          : `${slo.name}: ${rate.toFixed(0)} requests/s, ${spec.canary.share} of them at the canary for ${spec.canary.bake}, show a regression from ×${smallest.toFixed(1)} on; the plan asks for ×${settings.detectableRatio}`,
    });
  }
}
