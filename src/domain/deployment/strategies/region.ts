import { durationSeconds } from '../../../plan/duration.ts';
import { windowSpan } from '../../schedule/calendar.ts';
import type { Proposal, ProposalGround, Strategy, StrategyFacts, StrategyFinding } from './strategy.ts';

/**
 * One non-critical region runs the candidate whole, and is compared with the others; then the others follow in waves. For
 * products without a router that could divide requests.
 */
export const region: Strategy = {
  canary: 'region',
  propose: proposeRegion,
  standing: (canary) => `the canary stays as it is, in ${canary.region ?? 'its region'}`,
  check: (facts) => [...firstRegion(facts), ...waveRegions(facts), ...soakTime(facts)],
  replicas: () => 0,
  trueShare: (share) => share,
  obstacle: () => undefined,
  companions: () => [],
  companionRefs: () => [],
  routeRef: () => undefined,
};

/** The first region that is not critical, where there are several. */
function proposeRegion({ config }: ProposalGround): Proposal | undefined {
  const { regions } = config.environments.production;
  const first = regions.find((one) => !one.critical);
  return regions.length < 2 || first === undefined ? undefined : { share: '1%', region: first.name };
}

function firstRegion({ spec, config }: StrategyFacts): readonly StrategyFinding[] {
  const { regions } = config.environments.production;
  const name = spec.canary.region;
  const first = regions.find((one) => one.name === name);
  if (first !== undefined && !first.critical && regions.length > 1) return [];
  const choices = regions.filter((one) => !one.critical).map((one) => one.name);
  return [
    {
      code: 'canary.region',
      path: ['spec', 'canary', 'region'],
      problem:
        name === undefined
          ? 'the strategy region needs the region that goes first'
          : `${name} cannot go first: it must be one of several regions of relctl.yaml, and not a critical one`,
      fix: `set region to one of: ${choices.join(', ') || '(none is non-critical)'}`,
    },
  ];
}

/** Where waves are named, each region stands in exactly one, and the first region in none. */
function waveRegions({ spec, config }: StrategyFacts): readonly StrategyFinding[] {
  const { waves, region: first } = spec.canary;
  if (waves === undefined) return [];
  const named = waves.flatMap((wave) => wave.regions);
  const expected = config.environments.production.regions.map((one) => one.name).filter((name) => name !== first);
  const problems = [
    ...expected.filter((name) => !named.includes(name)).map((name) => `the region ${name} is in no wave`),
    ...[...new Set(named)]
      .filter((name) => !expected.includes(name))
      .map((name) =>
        name === first ? `${name} goes first and is in a wave as well` : `relctl.yaml has no region ${name}`,
      ),
    ...[...new Set(named.filter((name, index) => named.indexOf(name) !== index))].map(
      (name) => `${name} is in two waves`,
    ),
  ];
  return problems.map((problem) => ({
    code: 'canary.waves',
    path: ['spec', 'canary', 'waves'],
    problem,
    fix: `name each of ${expected.join(', ')} in one wave`,
  }));
}

/** Watching between waves must fit into the change window together with the bake. */
function soakTime({ spec }: StrategyFacts): readonly StrategyFinding[] {
  const { waves = [], bake } = spec.canary;
  if (waves.length < 2) return [];
  const soak = waves.slice(0, -1).reduce((sum, wave) => sum + durationSeconds(wave.soak), 0);
  const { start, end } = windowSpan(spec.window);
  if ((durationSeconds(bake) + soak) * 1000 < end - start) return [];
  return [
    {
      code: 'canary.soak',
      path: ['spec', 'canary', 'waves'],
      problem: 'bake and soak times together are longer than the change window',
      fix: 'shorten them, or widen the window',
    },
  ];
}
