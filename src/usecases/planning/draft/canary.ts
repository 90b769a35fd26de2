import { proposeStrategy, STRATEGIES } from '../../../domain/deployment/strategies/strategies.ts';
import type { ProposalGround, Strategy } from '../../../domain/deployment/strategies/strategy.ts';
import { type WayOut, waysOut } from '../../../domain/deployment/strategies/ways-out.ts';
import type { Config } from '../../../plan/config.ts';
import { percentRatio } from '../../../plan/duration.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleaseService, Spec } from '../../../plan/spec.ts';
import { formatPercent } from '../../../text/figures.ts';
import type { Context } from '../../release/context.ts';
import type { DraftedService } from './services.ts';

type Canary = Spec['canary'];
type OwnCanary = NonNullable<ReleaseService['canary']>;

/** How a release meets production first, and the services that do it otherwise. */
export interface DraftedCanary {
  readonly canary: Canary;
  readonly own: ReadonlyMap<string, OwnCanary>;
}

/**
 * How the candidate meets production first: by place where there are several regions, else each service in its own way, and the
 * release in the way of most: through what divides requests by weight, by pods behind the shared Service, by the highest pods of a
 * StatefulSet, as one worker more. What relctl.yaml says of a service goes before. A share is the smallest that is really
 * possible: one pod beside N is 1/(N+1) of the requests, whatever the plan says.
 */
export function draftCanary(config: Config, policy: Policy, services: readonly DraftedService[]): DraftedCanary {
  const maxShare = percentRatio(policy.canary.maxShare);
  const propose = (some: readonly DraftedService[]) => proposeStrategy(groundOf(config, maxShare, some));
  const usual = services.filter((one) => isUsual(strategyNamed(propose([one]).strategy), one));
  const [first] = services;
  const common = propose(usual.length > 0 || first === undefined ? usual : [first]);
  const { strategy, share, region } = common;
  const canary: Canary = {
    strategy,
    share,
    bake: policy.canary.minBake,
    extension: policy.canary.minBake,
    look: '15s',
    ...(region === undefined ? {} : { region }),
    detectableRatio: 5,
  };
  if (strategyNamed(strategy)?.canary === 'region') return { canary, own: new Map() };
  const own = services.flatMap((one): readonly (readonly [string, OwnCanary])[] => {
    const { name } = one.service;
    const asked = config.services[name]?.canary;
    const entry = asked ?? ownCanary(one, propose([one]), strategy, policy);
    return entry === undefined || entry.strategy === strategy ? [] : [[name, { ...entry }]];
  });
  return { canary, own: new Map(own) };
}

function groundOf(config: Config, maxShare: number, services: readonly DraftedService[]): ProposalGround {
  return {
    config,
    maxShare,
    services: services.map(({ service, replicas, kind, served }) => ({ name: service.name, replicas, kind, served })),
  };
}

function strategyNamed(name: string): Strategy | undefined {
  return Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
}

/** True for a service that gets requests through pods beside its own: what the strategy of a release is about. */
function isUsual(strategy: Strategy | undefined, { kind }: DraftedService): boolean {
  if (strategy?.canary === 'region') return true;
  return strategy?.canary === 'pods' && strategy.isWork !== true && (kind === undefined || kind === 'Deployment');
}

/** What a service says of its own canary where the way of the release does not fit it. */
function ownCanary(
  { kind, replicas = 0 }: DraftedService,
  { strategy, share }: { readonly strategy: string; readonly share: string },
  common: string,
  policy: Policy,
): OwnCanary | undefined {
  const isBeside = strategyNamed(strategy)?.canary === 'pods';
  if (kind === undefined || kind === 'Deployment' || !isBeside)
    return strategy === common ? undefined : { strategy, share };
  const reason =
    kind === 'StatefulSet'
      ? replicas < 2
        ? 'its StatefulSet has one pod: none could get the candidate before the others'
        : `one of ${replicas} pods of its StatefulSet is ${formatPercent(1 / replicas)} of production, and the policy allows ${policy.canary.maxShare}`
      : `a ${kind} replaces its own pods; the strategy nodes would let some of them go first`;
  return { strategy: 'none', reason };
}

/**
 * Asks what to do about services that are too small for their share, with what each way means in numbers: once for all to which the same ways
 * are open. Where nobody can be asked, the plan check says the same.
 */
export async function settleSmall(
  { prompter, config }: Pick<Context, 'prompter' | 'config'>,
  policy: Pick<Policy, 'canary'>,
  services: readonly DraftedService[],
  drafted: DraftedCanary,
): Promise<DraftedCanary> {
  const strategy = strategyNamed(drafted.canary.strategy);
  if (!prompter.interactive || strategy?.canary !== 'pods' || strategy.isWork === true) return drafted;
  const own = new Map(drafted.own);
  const maxShare = percentRatio(policy.canary.maxShare);
  const groups = new Map<
    string,
    { readonly names: string[]; readonly pods: number; readonly ways: readonly WayOut[] }
  >();
  for (const { service, replicas: pods, isScaled = false, isUnsaid = false } of services) {
    const { name } = service;
    if (own.has(name) || pods === undefined || pods < 1) continue;
    if (strategy.trueShare(percentRatio(drafted.canary.share), pods) <= maxShare + 1e-9) continue;
    const ways = waysOut({
      service: 'each',
      traffic: config.services[name]?.traffic,
      pods,
      maxShare,
      isScaled,
      isUnsaid,
    });
    const key = JSON.stringify(ways);
    const group = groups.get(key) ?? { names: [], pods, ways };
    group.names.push(name);
    groups.set(key, group);
  }
  let { share } = drafted.canary;
  for (const { names, pods, ways: all } of groups.values()) {
    // A release in which nobody has a canary is refused, so that is no way for all of its services.
    const ways = names.length === services.length ? all.filter(({ canary }) => canary?.strategy !== 'none') : all;
    const chosen = await askWay(prompter, names, pods, policy, ways);
    if (chosen?.canary !== undefined) for (const name of names) own.set(name, { ...chosen.canary });
    if (chosen?.share === undefined) continue;
    // A larger share is for those that cannot do with less.
    if (names.length === services.length) share = chosen.share;
    else for (const name of names) own.set(name, { share: chosen.share });
  }
  return { canary: { ...drafted.canary, share }, own };
}

async function askWay(
  prompter: Context['prompter'],
  names: readonly string[],
  pods: number,
  policy: Pick<Policy, 'canary'>,
  ways: readonly WayOut[],
): Promise<WayOut | undefined> {
  const beside = names.length === 1 ? `${pods} of ${names.join('')}` : `${pods} each of ${names.join(', ')}`;
  const answer = await prompter.select({
    message: `One canary pod beside ${beside} is ${formatPercent(1 / (pods + 1))} of production, and the policy allows ${policy.canary.maxShare}. What do you want to do?`,
    flag: `canary of ${names.join(', ')} in the plan`,
    choices: ways.map(({ text }, index) => ({ value: String(index), label: text })),
    default: '0',
  });
  return ways[Number(answer)];
}

/** What the share means with the pods of today. */
export function canaryComment(services: readonly DraftedService[]): string {
  const smallest = services
    .filter(({ replicas }) => replicas !== undefined && replicas < 99)
    .map(({ service, replicas = 1 }) => `${service.name} ${formatPercent(1 / (replicas + 1))}`);
  return smallest.length === 0
    ? 'How the candidate first gets production traffic'
    : `How the candidate first gets production traffic. Behind a shared Service, one canary pod beside the pods of today gets: ${smallest.join(', ')}`;
}
