import { canaryOf, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { judgeSettings } from '../../domain/judge/asked-settings.ts';
import { type Outlook, outlookOf } from '../../domain/judge/outlook.ts';
import type { SloSettings } from '../../domain/judge/settings.ts';
import { durationSeconds, percentRatio } from '../../plan/duration.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Slo, Spec } from '../../plan/spec.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Context } from '../release/context.ts';
import { askedOnce } from './asked-once.ts';
import { CONTROL_BEFORE_MS, type ControlReading, lostInstances, readControl } from './reader.ts';
import { regionSides } from './sides.ts';

/** What production says of one SLO before a canary starts. */
export type SloOutlook = { readonly slo: Slo; readonly index: number } & (
  | {
      readonly state: 'known';
      readonly outlook: Outlook;
      readonly lost: readonly string[];
      readonly foreign: readonly string[];
    }
  /** The SLO can never be judged as it is written. */
  | { readonly state: 'uncountable'; readonly detail: string }
  | { readonly state: 'unknown'; readonly detail: string }
);

type OutlookContext = Pick<Context, 'environments' | 'config' | 'clock'>;

/**
 * Reads of every SLO what a canary could show with production's traffic of the last quarter of an hour, as the bake reads it and by the code that
 * judges it. The same for `plan --check`, the board's packet and the moment before a deployment is announced.
 * @param stablePods of a service in production; `undefined` where there are none to set a canary beside, and the SLO is not judged
 */
export async function readOutlooks(
  context: OutlookContext,
  { spec, policy }: { readonly spec: Spec; readonly policy: Policy },
  stablePods: (service: string) => Promise<number | undefined>,
): Promise<readonly SloOutlook[]> {
  const settings = judgeSettings(spec, policy, context.config);
  const lost = await lostNames(context);
  const to = context.clock.now();
  const metrics = { samples: askedOnce(context.environments.metrics('production')) };
  const all: SloOutlook[] = [];
  // One after another: a quarter of an hour of many pods is not held for all SLOs at once.
  for (const [index, slo] of spec.slos.entries()) {
    const judged = settings.slos[index];
    const pods = await stablePods(slo.service);
    if (judged === undefined || pods === undefined) continue;
    all.push({ slo, index, ...(await outlookAt(context, { spec, policy }, { slo, judged, pods, lost, metrics, to })) });
  }
  return all;
}

type State = SloOutlook extends infer One ? (One extends SloOutlook ? Omit<One, 'slo' | 'index'> : never) : never;

/** What all SLOs are read from, up to which moment. */
interface From {
  readonly metrics: Pick<Metrics, 'samples'>;
  readonly to: number;
}

async function outlookAt(
  context: OutlookContext,
  { spec, policy }: { readonly spec: Spec; readonly policy: Policy },
  one: From & {
    readonly slo: Slo;
    readonly judged: SloSettings;
    readonly pods: number;
    readonly lost: ReadonlySet<string>;
  },
): Promise<State> {
  const { slo, judged, pods, lost } = one;
  const strategy = strategyFor(spec, slo.service);
  const asked = percentRatio(canaryOf(spec, slo.service).share);
  const region = strategy.canary === 'region' ? regionSides(context, [spec.canary.region ?? '']) : undefined;
  const control = await controlOf(context, spec, slo, one, region?.control ?? [context.config.metrics.controlMatcher]);
  if (!control.ok)
    return { state: control.reason === 'uncountable' ? 'uncountable' : 'unknown', detail: control.detail };
  const own = region === undefined ? undefined : await controlOf(context, spec, slo, one, region.canary);
  const others = control.rate;
  if (others === undefined) return { state: 'unknown', detail: 'nothing was scraped twice yet' };
  const first = own?.ok === true ? own.rate : undefined;
  const share =
    region === undefined
      ? strategy.trueShare(asked, pods)
      : first === undefined
        ? asked
        : first / Math.max(first + others, 1e-9);
  const outlook = outlookOf(judgeSettings(spec, policy, context.config), judged, {
    history: control.looks,
    rate: others + (first ?? 0),
    share,
    canaryReplicas: region === undefined ? strategy.replicas(asked, pods) : pods,
  });
  const names = control.targets.filter(({ instance }) => lost.has(instance)).map(({ name }) => name);
  return { state: 'known', outlook, lost: names, foreign: foreignTo(context, slo, control.namespaces) };
}

function controlOf(
  context: OutlookContext,
  spec: Spec,
  slo: Slo,
  { metrics, to }: From,
  matchers: readonly string[],
): Promise<ControlReading> {
  const source = {
    metrics,
    slo,
    matchers,
    span: { from: to - CONTROL_BEFORE_MS, to },
    staleAfter: durationSeconds(context.config.metrics.staleAfter) * 1000,
  };
  return readControl(source, durationSeconds(spec.canary.look) * 1000);
}

async function lostNames({ environments, clock }: OutlookContext): Promise<ReadonlySet<string>> {
  const lost = await environments.metrics('production').lostTargets(clock.now());
  return lostInstances(lost.ok ? lost.value : []);
}

/** Namespaces whose requests an SLO counts although production is not there, such as staging's in a store that both share. */
function foreignTo({ config }: OutlookContext, slo: Slo, namespaces: readonly string[]): readonly string[] {
  const { production } = config.environments;
  const own = [production, ...production.regions].map(({ namespace }) => namespace);
  const isNarrow = /namespace/.test(slo.total);
  return isNarrow || !namespaces.some((name) => own.includes(name))
    ? []
    : namespaces.filter((name) => !own.includes(name));
}

/** What is wrong with an SLO that counts other namespaces too. */
export function foreignText(foreign: readonly string[]): string {
  return `its selectors also match the namespace ${foreign.join(', ')}, which is not production's`;
}
