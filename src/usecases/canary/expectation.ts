import { productionTargets } from '../../domain/deployment/steps.ts';
import { strategyOf } from '../../domain/deployment/strategies/strategies.ts';
import { judgeSettings } from '../../domain/judge/asked-settings.ts';
import { minimumDetectableRatio } from '../../domain/judge/power.ts';
import { replicasOf } from '../../domain/kubernetes/manifests.ts';
import { percentRatio } from '../../plan/duration.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Reading, Span } from '../../ports/metrics.ts';
import { refOf } from '../cluster/apply.ts';
import { desiredService } from '../cluster/desired-objects.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { readSloCounts, type SloCounts } from '../slo/counts.ts';
import { readSide, regionSides } from './sides.ts';

/** How far back traffic is looked at to say what a canary can show. */
const LOOK_BACK_MS = 15 * 60_000;

/** Says, before the canary starts, the smallest regression that it can show with today's traffic and its true share of it. */
export async function expectVisibility(context: Context, release: Release): Promise<void> {
  const { spec } = release.journal.plan;
  const settings = judgeSettings(spec, release.policy, spec.slos);
  const to = context.clock.now();
  const span = { from: to - LOOK_BACK_MS, to };
  const readings = await Promise.all(
    spec.slos.map(async (slo) => {
      const read = await readSloCounts(context.environments.metrics('production'), slo, [], span);
      return { slo, read, share: read.ok ? await expectedShare(context, release, slo, read, span) : 0 };
    }),
  );
  for (const [index, { slo, read, share }] of readings.entries()) {
    const judged = settings.slos[index];
    if (!read.ok || judged === undefined) {
      const why = read.ok ? 'it is not judged' : read.noData.detail;
      context.sink.emit({ type: 'note', level: 'warning', text: `${slo.name}: traffic unknown (${why})` });
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
    const traffic = `${slo.name}: ${rate.toFixed(0)} requests/s, ${Number((share * 100).toPrecision(3))} % of them at the canary for ${spec.canary.bake}`;
    context.sink.emit({
      type: 'note',
      level: enough ? 'info' : 'warning',
      text:
        smallest === undefined
          ? `${traffic}, are too few to show anything; the verdict will be inconclusive`
          : `${traffic}, can show a regression of ×${smallest.toFixed(1)} or more; the plan asks for ×${settings.detectableRatio}`,
    });
  }
}

/** The share of a service's requests that its canary will get, 0 to 1; what the plan asks for where nothing runs yet. */
async function expectedShare(
  context: Context,
  { journal }: Release,
  slo: Slo,
  all: Extract<Reading<SloCounts>, { ok: true }>,
  span: Span,
): Promise<number> {
  const { spec } = journal.plan;
  const strategy = strategyOf(spec);
  const asked = percentRatio(spec.canary.share);
  if (strategy.canary === 'region') {
    const { canary } = regionSides(context, [spec.canary.region ?? '']);
    const first = await readSide(context.environments.metrics('production'), slo, canary, span);
    const { total } = all.value.counts;
    return first.ok && total > 0 ? Math.min(1, first.value.counts.total / total) : asked;
  }
  const service = spec.services.find((one) => one.name === slo.service);
  const [target] = productionTargets(context.config);
  if (service === undefined || target === undefined) return asked;
  const { deployment } = await desiredService(
    context,
    spec.candidate.commit,
    'production',
    service.name,
    service.image,
  );
  const stable = await clusterOf(context, target).get(refOf(deployment));
  return stable === undefined ? asked : strategy.trueShare(asked, replicasOf(stable));
}
