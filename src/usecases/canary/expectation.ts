import { productionTargets } from '../../domain/deployment/steps.ts';
import { canaryOf, canServe, isByRegion, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { judgeSettings } from '../../domain/judge/asked-settings.ts';
import { sayNeeded, sayOutlook } from '../../domain/judge/outlook.ts';
import type { JudgeSettings } from '../../domain/judge/settings.ts';
import { replicasOf } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { percentRatio, sayDuration } from '../../plan/duration.ts';
import { command } from '../../text/command-line.ts';
import { refOf } from '../cluster/apply.ts';
import { desiredService } from '../cluster/desired-objects.ts';
import { clusterOf } from '../cluster/run.ts';
import { approvalAnswer } from '../release/answers.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { foreignText, readOutlooks, type SloOutlook } from '../slo/outlook.ts';

/** Says, before the canary starts, the smallest regression that it can show with today's traffic, and who is left out of the comparison. */
export async function expectVisibility(context: Context, release: Release): Promise<readonly SloOutlook[]> {
  const { journal, policy } = release;
  const { spec } = journal.plan;
  const settings = judgeSettings(spec, policy, context.config);
  const outlooks = await readOutlooks(context, { spec, policy }, (service) => stablePods(context, release, service));
  for (const { level, text } of outlooks.flatMap((one) =>
    notesOf(one, settings, percentRatio(policy.canary.maxShare)),
  )) {
    context.sink.emit({ type: 'note', level, text });
  }
  return outlooks;
}

/**
 * Refuses, before anything is announced or changed, a canary that could not pass: an SLO that cannot be counted, or too few requests to show
 * what the plan names, which a person may accept. Such a canary would keep its share for the bake and its extension and be rolled back.
 * @param accepted that it is started although its traffic is too small; a person is asked when left out
 * @throws RelctlError `canary.uncountable`, `canary.too-little-traffic`, `usage.missing-answer`
 */
export async function refuseBlindCanary(
  context: Context,
  release: Release,
  accepted: boolean | undefined,
): Promise<void> {
  const { journal, policy } = release;
  const { plan } = journal;
  const outlooks = await expectVisibility(context, release);
  const broken = outlooks.flatMap((one) => (one.state === 'uncountable' ? [one] : []));
  if (broken.length > 0) {
    throw new RelctlError('canary.uncountable', broken.map(({ slo, detail }) => `${slo.name}: ${detail}`).join('; '), {
      place: plan.place(['spec', 'slos', broken[0]?.index ?? 0, 'good']),
      why: 'Production counts these requests, but not which of them are good, so the canary could never pass. Nothing was announced or changed.',
      hints: [command`relctl plan ${plan.id} --check`],
    });
  }
  const blind = outlooks.flatMap((one) => (one.state === 'known' && one.outlook.passes === 'never' ? [one] : []));
  if (blind.length === 0) return;
  const maxShare = percentRatio(policy.canary.maxShare);
  const found = blind.map(({ slo, outlook }) => `${slo.name}: ${sayNeeded(outlook, maxShare)}`);
  const isAccepted = await approvalAnswer(
    context.prompter,
    accepted ?? (context.prompter.interactive ? undefined : false),
    {
      message: `Start a canary that cannot pass? ${found.join('; ')}. It would be rolled back after ${sayDuration(plan.spec.canary.bake)} and ${sayDuration(plan.spec.canary.extension)}`,
      flag: '--accept-low-traffic',
    },
  );
  if (isAccepted) return;
  throw new RelctlError(
    'canary.too-little-traffic',
    `production has too little traffic to show ×${plan.spec.canary.detectableRatio}: ${found.join('; ')}`,
    {
      place: plan.place(['spec', 'canary']),
      why: `The canary would be inconclusive after ${sayDuration(plan.spec.canary.bake)} and its extension, and be rolled back. Nothing was announced or changed.`,
      hints: [
        'set spec.canary.share or spec.canary.bake so, or a larger detectableRatio, or strategy none with a reason, and ask the board again',
        command`relctl deploy ${plan.id} --accept-low-traffic`,
      ],
      data: { outlooks: blind.map(({ outlook }) => outlook) },
    },
  );
}

interface Note {
  readonly level: 'info' | 'warning';
  readonly text: string;
}

function notesOf(one: SloOutlook, settings: JudgeSettings, maxShare: number): readonly Note[] {
  const warning = (text: string): Note => ({ level: 'warning', text: `${one.slo.name}: ${text}` });
  if (one.state === 'uncountable') return [warning(one.detail)];
  if (one.state === 'unknown') return [warning(`traffic unknown (${one.detail})`)];
  const { outlook, lost, foreign } = one;
  const { passes, sick } = outlook;
  const more = passes === 'in-the-bake' ? '' : `; ${sayNeeded(outlook, maxShare)}`;
  return [
    { level: passes === 'in-the-bake' ? 'info' : 'warning', text: `${sayOutlook(outlook, settings)}${more}` },
    ...(sick.length === 0
      ? []
      : [
          warning(`stable pods that fail much more than the others are left out of the comparison: ${sick.join(', ')}`),
        ]),
    ...(lost.length === 0
      ? []
      : [warning(`stable pods that the metrics store cannot reach are left out: ${lost.join(', ')}`)]),
    ...(foreign.length === 0 ? [] : [warning(foreignText(foreign))]),
  ];
}

/** How many pods a service has in production while its canary is watched; `undefined` where it can have none, except that a region may be one. */
async function stablePods(context: Context, { journal }: Release, name: string): Promise<number | undefined> {
  const { spec } = journal.plan;
  const service = spec.services.find((one) => one.name === name);
  const [target] = productionTargets(context.config);
  // Only what this release ships has a canary; where a region is one, everything in it is compared.
  if (service === undefined || target === undefined) return isByRegion(spec) ? 1 : undefined;
  const { deployment } = await desiredService(context, spec.candidate.commit, 'production', name, service.image);
  const stable = await clusterOf(context, target).get(refOf(deployment));
  if (stable === undefined) return undefined;
  if (isByRegion(spec)) return replicasOf(stable);
  const strategy = strategyFor(spec, name);
  if (!canServe(strategy, stable)) return undefined;
  return strategy.own?.podsOf(stable) ?? Math.max(replicasOf(stable), canaryOf(spec, name).stablePods ?? 0);
}
